/** Worked examples; where no source is named, by hand or by R (`cor(method = "spearman")`). */
import { expect, test } from "vitest";
import { ranks } from "../../base/statistics.ts";
import { meanInterval, spearman } from "./statistics.ts";

test("mean ± t·s/√n", () => {
  // Mean 12, s = 2, n = 3: 4.30265·2/√3.
  const interval = meanInterval([10, 12, 14]);
  expect(interval).toMatchObject({ mean: 12, deviation: 2, count: 3 });
  expect(interval.halfWidth).toBeCloseTo(4.96828, 5);
});

test("one value has no interval", () => {
  expect(meanInterval([3])).toEqual({ mean: 3, halfWidth: Number.NaN, deviation: Number.NaN, count: 1 });
});

test("ranks with ties", () => {
  expect([...ranks([10, 30, 30, 5])]).toEqual([2, 3.5, 3.5, 1]);
});

const rho = (a: readonly number[], b: readonly number[]) => spearman([a, b])[0]![1];

test("Spearman: 1 − 6Σd²/(n³ − n) without ties", () => {
  // d = −2, 1, 1, 0: Σd² = 6, n = 4.
  expect(rho([1, 2, 3, 4], [3, 1, 2, 4])).toBeCloseTo(1 - 36 / 60, 12);
  expect(rho([1, 2, 3], [1, 8, 1000])).toBeCloseTo(1, 12);
  expect(rho([1, 2, 3], [0, -1, -7])).toBeCloseTo(-1, 12);
  // Ties: Pearson's r of the ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4.
  expect(rho([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
  expect(rho([1, 1, 1], [1, 2, 3])).toBeNaN();
});
