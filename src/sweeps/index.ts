/** The sweeps' door: many runs of one question, planned and carried out. */

export { defineSweep, readSweep, type SweepDefinition } from "./definition.ts";
export type {
  DoneStep,
  Executor,
  Task,
  TaskOutcome,
  TaskProgress,
  TaskStatus,
} from "./executors/executor.ts";
export { LocalExecutor, type LocalOptions, shareCores } from "./executors/local.ts";
export { Lines, type WorkerMessage } from "./executors/messages.ts";
export { type PlannedRun, planSweep, type SweepPlan } from "./plan.ts";
export { type SweepPreset, sweepPresets } from "./presets.ts";
export { countPending, runSweep, type SweepOptions } from "./run-sweep.ts";
export type { SweepInput } from "./schema.ts";
export type { Step } from "./steps.ts";
export { sweep } from "./sweep.ts";
export { type Bench, carryOut, type WorkReport } from "./work.ts";
