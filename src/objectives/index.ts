/** Objectives by kind: a new one is a file and a line in the list. */

import { beta } from "./beta.ts";
import type { Objective } from "./objective.ts";
import { vae } from "./vae.ts";

export type { BuiltObjective, Objective, ObjectiveInputs, ObjectiveResult } from "./objective.ts";
export { type Position, type Schedule, scheduleOf, valueAt } from "./schedules.ts";

export const objectives = [vae, beta] as const satisfies readonly Objective[];
