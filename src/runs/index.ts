/** The door of the runs room: run directories on disk. Node only. */
export type { Checkpoint, CheckpointFile, NewestCheckpoint } from "./checkpoints.ts";
export { Checkpoints } from "./checkpoints.ts";
export { diagnosis, type EvaluationRecord, evaluationRecord, readEvaluation } from "./evaluation-record.ts";
export type { RunInformation, RunStatus } from "./format.ts";
export { extensionsSchema, RUN_FORMAT } from "./format.ts";
export { readInformation, writeInformation } from "./information.ts";
export { float, JOB_RECORD_FORMAT, list, readJobRecord } from "./job-record.ts";
export type { RunSummary } from "./list.ts";
export { findRuns, listRuns } from "./list.ts";
export type { MetricRecord } from "./metrics.ts";
export { MetricsFile, parseRecord } from "./metrics.ts";
export {
  type MetricsRecord,
  mergeMetrics,
  metricsRecord,
  newestResults,
  readMetrics,
  udrResult,
} from "./metrics-record.ts";
export type { NewRun, RunUpdate } from "./run.ts";
export { RunDirectory } from "./run.ts";
export { standing } from "./standing.ts";
export { type RecordedRun, readRecord, type SweepRecord, writeRecord } from "./sweep-record.ts";
