/** Objectives by kind: a new one is a file and a line in the list. */

import { beta } from "./beta.ts";
import type { Objective } from "./objective.ts";
import { vae } from "./vae.ts";

// Schedules are the optimiser's too; they live in nn.
export { type Position, type Schedule, scheduleOf, startsTooLate, valueAt } from "../nn/index.ts";
export {
  type BuiltObjective,
  modelGroup,
  type Objective,
  type ObjectiveInputs,
  type ObjectiveResult,
  type ParameterGroup,
  type RandomDraw,
} from "./objective.ts";
export type { HeldOutFacts, InnerLoop, Memory, Plan, Routine } from "./routine.ts";

export const objectives = [vae, beta] as const satisfies readonly Objective[];
