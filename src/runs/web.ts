/** What of this room runs in a page: the format of `run.json`, and the types of what a run's records hold. */

export type { EvaluationRecord } from "./evaluation-record.ts";
export { INFORMATION_NAME, parseInformation, RUN_FORMAT, type RunInformation } from "./format.ts";
export type { MetricRecord } from "./metrics.ts";
export type { MeasuredMetric, MeasuredUdr } from "./metrics-record.ts";
