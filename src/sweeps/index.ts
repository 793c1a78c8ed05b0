/** The sweeps' door: many runs of one question, carried out, compared, and what to ask first. */

export { expand, type Settings, type Space } from "./algebra.ts";
export { type Compared, type CompareOptions, compareRuns } from "./compare/index.ts";
export { defineSweep, readSweep, type SweepDefinition, type SweepInput } from "./definition.ts";
export type { Executor, Job, JobOutcome, JobProgress, JobState, JobStatus } from "./executor.ts";
export { canonicalJson, identityOf } from "./identity.ts";
export { LocalExecutor, type LocalOptions, shareCores } from "./local.ts";
export { type PlannedRun, planSweep, type SweepPlan } from "./plan.ts";
export { type SweepPreset, sweepPresets } from "./presets.ts";
export { countPending, type RunState, runSweep, type SweepEvent, type SweepOptions } from "./run-sweep.ts";
export { type Suggestion, type SuggestOptions, suggestFrom, trainProbe } from "./suggest/index.ts";
