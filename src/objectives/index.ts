/** Objectives: a new one is a file and a line in the list. */

import { annealed } from "./annealed.ts";
import { beta } from "./beta.ts";
import { capacity } from "./capacity.ts";
import { conditional } from "./conditional.ts";
import { dip } from "./dip.ts";
import { factor } from "./factor.ts";
import { freeBits } from "./free-bits.ts";
import { iwae } from "./iwae.ts";
import { klTarget } from "./kl-target.ts";
import { lagging } from "./lagging.ts";
import { mmd } from "./mmd.ts";
import type { Objective } from "./objective.ts";
import { softFreeBits } from "./soft-free-bits.ts";
import { tc } from "./tc.ts";
import { vae } from "./vae.ts";

export {
  type BuiltObjective,
  modelGroup,
  type Objective,
  type ObjectiveInputs,
  type ObjectiveResult,
  objective,
  type ParameterGroup,
  type RandomDraw,
} from "./objective.ts";
export type { HeldOutFacts, InnerLoop, Memory, Plan, Routine } from "./routine.ts";

export const objectives = [
  vae,
  beta,
  annealed,
  capacity,
  freeBits,
  softFreeBits,
  klTarget,
  tc,
  factor,
  dip,
  mmd,
  iwae,
  lagging,
  conditional,
] as const satisfies readonly Objective[];
