/** The sweeps' door: many runs of one question, carried out, compared, and what to ask first. */

export { defineSweep, readSweep, type SweepDefinition, type SweepInput } from "./definition.ts";
export type { Executor, Job, JobOutcome, JobProgress, JobState, JobStatus } from "./executor.ts";
export { LocalExecutor, type LocalOptions, shareCores } from "./local.ts";
export { type PlannedRun, planSweep, type SweepPlan } from "./plan.ts";
export { type SweepPreset, sweepPresets } from "./presets.ts";
export { countPending, type RunState, runSweep, type SweepEvent, type SweepOptions } from "./run-sweep.ts";
