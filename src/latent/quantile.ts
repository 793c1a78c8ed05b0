/** Quantiles of the standard normal distribution: what "evenly spread under the prior" means in numbers. */

import { normalQuantile } from "../base/random.ts";

/** `count` quantiles of the standard normal at evenly spaced probabilities from `tail` to 1 − `tail`. */
export function normalQuantiles(count: number, tail: number): number[] {
  if (count === 1) return [0];
  return Array.from({ length: count }, (_, i) => normalQuantile(tail + ((1 - 2 * tail) * i) / (count - 1)));
}
