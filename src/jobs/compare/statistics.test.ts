/** Worked examples; where no source is named, by hand or by R (`qt`, `t.test`, `cor(method = "spearman")`, `p.adjust`). */
import { expect, test } from "vitest";
import {
  groupDifference,
  holm,
  meanInterval,
  ranks,
  spearman,
  studentQuantile,
  studentTail,
} from "./statistics.ts";

test("Student's quantiles as in every table", () => {
  const table = { 1: 12.7062, 2: 4.30265, 3: 3.18245, 4: 2.77645, 9: 2.26216, 30: 2.04227, 120: 1.97993 };
  for (const [freedom, quantile] of Object.entries(table)) {
    expect(studentQuantile(0.975, Number(freedom))).toBeCloseTo(quantile, 4);
  }
  expect(studentQuantile(0.95, 5)).toBeCloseTo(2.01505, 5);
});

test("Student's tail: Cauchy's for one degree of freedom", () => {
  expect(studentTail(1, 1)).toBeCloseTo(0.5, 12);
  expect(studentTail(3, 1)).toBeCloseTo(1 - (2 / Math.PI) * Math.atan(3), 12);
  // Two degrees of freedom: 1 − t/√(2 + t²).
  expect(studentTail(2, 2)).toBeCloseTo(1 - 2 / Math.sqrt(6), 12);
  expect(studentTail(0, 7)).toBe(1);
});

test("mean ± t·s/√n", () => {
  // Mean 12, s = 2, n = 3: 4.30265·2/√3.
  const interval = meanInterval([10, 12, 14]);
  expect(interval).toMatchObject({ mean: 12, deviation: 2, count: 3 });
  expect(interval.halfWidth).toBeCloseTo(4.96828, 5);
});

test("one value has no interval", () => {
  expect(meanInterval([3])).toEqual({ mean: 3, halfWidth: Number.NaN, deviation: Number.NaN, count: 1 });
});

test("paired: seeds differ by much, settings within a seed by a little", () => {
  const first = new Map([
    [0, 10],
    [1, 20],
    [2, 30],
  ]);
  const second = new Map([
    [0, 11],
    [1, 22],
    [2, 33],
  ]);
  // Differences 1, 2, 3: mean 2, s = 1, t = 2√3 = 3.4641, df 2.
  const found = groupDifference(first, second)!;
  expect(found).toMatchObject({ difference: 2, pairs: 3 });
  expect(found.high - 2).toBeCloseTo(4.302653 / Math.sqrt(3), 5);
  expect(found.p).toBeCloseTo(1 - 3.4641016 / Math.sqrt(2 + 12), 6);
});

test("only the seeds that both have are paired", () => {
  const first = new Map([
    [0, 1],
    [1, 2],
    [7, 100],
  ]);
  const second = new Map([
    [0, 2],
    [1, 4],
    [9, -100],
  ]);
  expect(groupDifference(first, second)).toMatchObject({ difference: 1.5, pairs: 2 });
});

test("without common seeds: Welch", () => {
  // R: t.test(c(5, 7), c(1, 2, 3)): t = 4.6476 … with df 1.7; here the second minus the first.
  const first = new Map([
    [0, 1],
    [1, 2],
    [2, 3],
  ]);
  const second = new Map([
    [5, 5],
    [6, 7],
  ]);
  const found = groupDifference(first, second)!;
  const error = Math.sqrt(1 / 3 + 1);
  const freedom = error ** 4 / ((1 / 3) ** 2 / 2 + 1);
  expect(found).toMatchObject({ difference: 4, pairs: 0 });
  expect(found.p).toBeCloseTo(studentTail(4 / error, freedom), 12);
});

test("a single run says nothing about noise; equal runs agree, runs without spread differ for certain", () => {
  expect(groupDifference(new Map([[0, 1]]), new Map([[0, 2]]))).toBeUndefined();
  const five = new Map([
    [0, 5],
    [1, 5],
  ]);
  expect(groupDifference(five, five)).toMatchObject({ difference: 0, p: 1 });
  expect(
    groupDifference(
      five,
      new Map([
        [0, 6],
        [1, 6],
      ]),
    ),
  ).toMatchObject({ difference: 1, p: 0 });
});

test("Holm: stops at the first that fails", () => {
  // 0.01 ≤ 0.05/4, 0.015 ≤ 0.05/3, 0.03 > 0.05/2: the last two fail although 0.04 ≤ 0.05.
  expect(holm([0.04, 0.01, 0.03, 0.015])).toEqual([false, true, false, true]);
  expect(holm([])).toEqual([]);
});

test("ranks with ties", () => {
  expect(ranks([10, 30, 30, 5])).toEqual([2, 3.5, 3.5, 1]);
});

test("Spearman: 1 − 6Σd²/(n³ − n) without ties", () => {
  // d = −2, 1, 1, 0: Σd² = 6, n = 4.
  expect(spearman([1, 2, 3, 4], [3, 1, 2, 4])).toBeCloseTo(1 - 36 / 60, 12);
  expect(spearman([1, 2, 3], [1, 8, 1000])).toBeCloseTo(1, 12);
  expect(spearman([1, 2, 3], [0, -1, -7])).toBeCloseTo(-1, 12);
  // Ties: Pearson's r of the ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4.
  expect(spearman([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
  expect(spearman([1, 1, 1], [1, 2, 3])).toBeNaN();
});
