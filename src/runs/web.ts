/** What of this room runs in a page: the format of `run.json`. */

export { INFORMATION_NAME, parseInformation, RUN_FORMAT, type RunInformation } from "./format.ts";
export type { MetricRecord } from "./metrics.ts";
