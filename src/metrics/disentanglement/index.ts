/** How a representation relates to the factors or labels of its images, or to itself. Pure: codes in, scores out. */

export {
  checkSettings,
  chooseMetrics,
  computeMetrics,
  type MetricOptions,
  type MetricResult,
  type Metrics,
} from "./compute.ts";
export { FactorTable } from "./factor-table.ts";
export { gaussianTcOf } from "./gaussian-tc.ts";
export { discretize, entropy, mutualInformation, mutualInformationMatrix } from "./information.ts";
export type { MeasuredCodes, Truth } from "./known.ts";
export { latentMeanings, type Meaning } from "./meanings.ts";
export { type CodesToMeasure, measureCodes } from "./measure-codes.ts";
export {
  type Chance,
  type CodesInput,
  chanceText,
  type FactorInput,
  type Interval,
  intervalText,
  isAtChance,
  type LabelInput,
  type Measurement,
  type Metric,
  type MetricDefinition,
  metric,
} from "./metric.ts";
export { protocol } from "./options.ts";
export { metricNames, metrics } from "./registry.ts";
export { type BootstrapOptions, bootstrap } from "./sampling.ts";
export { computeUdr, parseUdrOptions, type UdrOptions, type UdrResult, udrOptions } from "./udr.ts";
