/** How a representation relates to the factors or labels of its images, or to itself. Pure: codes in, scores out. */

export {
  chooseMetrics,
  columnsOf,
  computeMetrics,
  type MetricOptions,
  type MetricResult,
  type Metrics,
  type Truth,
} from "./compute.ts";
export { FactorTable } from "./factor-table.ts";
export { discretize, entropy, mutualInformation, mutualInformationMatrix } from "./information.ts";
export type { CodesInput, Interval, Measurement, Metric } from "./metric.ts";
export { metricNames, metrics } from "./registry.ts";
export { computeUdr, type RankedModel, type UdrResult } from "./udr.ts";
