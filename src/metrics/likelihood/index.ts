/** What a model is worth as a density, and what its latents carry. Pure: runs wherever a runtime does. */

export {
  boundByCount,
  type Decomposition,
  type DecompositionOptions,
  decomposeKl,
  decompositionGrowth,
  defaultDraws,
} from "./aggregate.ts";
export { type Diagnosis, diagnose, diagnosisTitle, type Findings, rules } from "./diagnoses.ts";
export { type Fit, measureFit } from "./fit.ts";
export { type ImportanceEstimate, type ImportanceOptions, importanceSampling } from "./importance.ts";
export { decompositionInvariants, type Invariant, importanceInvariants } from "./invariants.ts";
export { type Estimate, LogSum, RunningMean } from "./statistics.ts";
export { activeUnits } from "./units.ts";
