/** Means over runs with Student's intervals, and rank correlation. Pure; each has a worked example as its test. */

import { studentQuantile } from "../../base/probabilities.ts";
import { mean, ranks, sum, variance } from "../../base/statistics.ts";
import type { Interval } from "./value.ts";

/** Mean ± t(0.975, n − 1)·s/√n of independent values (Student 1908). */
export function meanInterval(values: readonly number[]): Interval {
  const count = values.length;
  if (count < 2)
    return { mean: values[0] ?? Number.NaN, halfWidth: Number.NaN, deviation: Number.NaN, count };
  const deviation = Math.sqrt(variance(values));
  const halfWidth = (studentQuantile(0.975, count - 1) * deviation) / Math.sqrt(count);
  return { mean: mean(values), deviation, count, halfWidth };
}

/** Spearman's rank correlations of all pairs of lists; ties share their mean rank. NaN where one side does not vary. */
export function spearman(lists: readonly (readonly number[] | undefined)[]): number[][] {
  const scaled = lists.map((list) => {
    if (list === undefined) return undefined;
    const ranked = ranks(list);
    const middle = mean(ranked);
    const centred = Array.from(ranked, (rank) => rank - middle);
    const length = Math.sqrt(sum(centred.map((one) => one ** 2)));
    return length === 0 ? undefined : centred.map((one) => one / length);
  });
  return scaled.map((a) => scaled.map((b) => (a && b ? sum(a.map((one, i) => one * b[i]!)) : Number.NaN)));
}
