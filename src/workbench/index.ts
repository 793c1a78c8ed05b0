/** The workbench: whole jobs, wired from the other rooms. What the command line and a library user call. */

export { type BetaDescription, betaOf } from "./beta.ts";
export { buildObjective, buildVae } from "./build.ts";
export { type Examination, examine } from "./doctor.ts";
export {
  type BitsPerDimension,
  type EvaluateOptions,
  evaluate,
  type RunEvaluation,
} from "./evaluate.ts";
export { exportModel, exportRun, type Trained } from "./export.ts";
export * from "./look/index.ts";
export { type MetricsOptions, measureRun, type RunMetrics, rankRuns } from "./metrics.ts";
export { OpenRun, openModel } from "./open.ts";
export type { OpenModel } from "./open-model.ts";
export { shownImages } from "./pictures.ts";
export { dataContext, type Place } from "./place.ts";
export { type PlottedSchedule, plotSchedules, sampleSchedules } from "./plot-schedules.ts";
export { type Reported, type ReportOptions, writeReport } from "./report.ts";
export { freePath, freeRunPath, type RunEvent, resume, train } from "./train.ts";
export { versions } from "./version.ts";
