/** The workbench: whole jobs, wired from the other rooms. What the command line and a library user call. */

export * from "../trained/index.ts";
export { type Compared, type CompareOptions, compareRuns } from "./compare/index.ts";
export { type Examination, examine } from "./doctor.ts";
export {
  type BitsPerDimension,
  type EvaluateOptions,
  evaluate,
  type RunEvaluation,
} from "./evaluate.ts";
export { type DescribedEvaluation, describeEvaluation } from "./evaluation-rows.ts";
export * from "./look/index.ts";
export { type MetricsOptions, measureRun, type RunMetrics, rankRuns } from "./metrics.ts";
export { shownImages } from "./pictures.ts";
export { type PlottedSchedule, plotSchedules, sampleSchedules } from "./plot-schedules.ts";
export { type Reported, type ReportOptions, writeReport } from "./report.ts";
export { type Suggestion, type SuggestOptions, suggestFrom, trainProbe } from "./suggest/index.ts";
export { freePath, freeRunPath, type RunEvent, resume, train } from "./train.ts";
