/** The sweeps' door: many runs of one question, planned and carried out, here or on other machines. */

export { sweepCancel, sweepLogs, sweepRetry, sweepStatus } from "./control.ts";
export { defineSweep, readSweep, type SweepDefinition } from "./definition.ts";
export type { DetachedSweep } from "./detach.ts";
export { chooseExecutor } from "./executors/index.ts";
export { LocalExecutor, shareCores } from "./executors/local.ts";
export { failedOutcome, failureOfThrown } from "./executors/outcomes.ts";
export { type WorkerMessage, type WorkerOrder, WorkerProcess } from "./executors/worker-process.ts";
export { type PlannedRun, planSweep, type SweepPlan } from "./plan.ts";
export { type SweepPreset, sweepPresets } from "./presets.ts";
export { pendingRuns, runSweep, type SweepOptions } from "./run-sweep.ts";
export { type SweepInput, sweepSchema } from "./schema.ts";
export { sweep } from "./sweep.ts";
export { type TaskSurroundings, taskOf } from "./tasks.ts";
export { type Bench, carryOut } from "./work.ts";
export { worker } from "./worker.ts";
