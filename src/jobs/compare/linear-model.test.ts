/** Values of statsmodels 0.15 (`ols`) and scipy 1.17 (`bartlett`), and what must hold of any design. */
import { expect, test } from "vitest";
import { equalVariances, fitSettings, type Observation } from "./linear-model.ts";

const table = (rows: readonly (readonly [number, number, number])[]): Observation[] =>
  rows.map(([setting, seed, value]) => ({ setting, seed, value }));

/** Three settings of seeds 0, 1, 2; the last one lacks seed 2. */
const unbalanced = table([
  [0, 0, 20.1],
  [0, 1, 20.9],
  [0, 2, 20.4],
  [1, 0, 18.0],
  [1, 1, 19.1],
  [1, 2, 18.7],
  [2, 0, 12.2],
  [2, 1, 13.5],
]);

test("settings and seeds by least squares, with a run missing", () => {
  const { blocks, effects, covariance, variance, freedom, variances, counts } = fitSettings(unbalanced, 3);
  expect({ blocks, freedom, counts }).toEqual({ blocks: true, freedom: 3, counts: [3, 3, 2] });
  expect(variance).toBeCloseTo(0.028055555555556, 12);
  const between = (a: number, b: number) => ({
    difference: effects[b]! - effects[a]!,
    error: Math.sqrt(variance * (covariance[a]![a]! + covariance[b]![b]! - 2 * covariance[a]![b]!)),
  });
  expect(between(0, 1).difference).toBeCloseTo(-1.866667, 6);
  expect(between(0, 1).error).toBeCloseTo(0.136761, 6);
  expect(between(0, 2).difference).toBeCloseTo(-7.608333, 6);
  expect(between(0, 2).error).toBeCloseTo(0.160367, 6);
  expect(between(1, 2).difference).toBeCloseTo(-5.741667, 6);
  // Σ r² / Σ (1 − h) of each setting, with statsmodels' hat_matrix_diag.
  expect(variances).toEqual([0.039405, 0.009405, 0.040833].map((value) => expect.closeTo(value, 6)));
});

test("seeds that are not shared by settings are no blocks", () => {
  const found = fitSettings(
    table([
      [0, 0, 1],
      [0, 1, 2],
      [0, 2, 3],
      [1, 5, 5],
      [1, 6, 7],
    ]),
    2,
  );
  expect(found.blocks).toBe(false);
  expect(found.effects[1]! - found.effects[0]!).toBeCloseTo(4, 12);
  expect(found.variance).toBeCloseTo(4 / 3, 12);
  expect(found.freedom).toBe(3);
  expect(found.variances).toEqual([expect.closeTo(1, 12), expect.closeTo(2, 12)]);
});

test("two islands of shared seeds are no blocks either: nothing connects them", () => {
  const rows = [0, 1].flatMap((seed) => [
    [0, seed, 1],
    [1, seed, 2],
    [2, seed + 10, 3],
    [3, seed + 10, 5],
  ]) as [number, number, number][];
  expect(fitSettings(table(rows), 4).blocks).toBe(false);
  expect(fitSettings(table([...rows, [0, 10, 1], [2, 0, 3]]), 4).blocks).toBe(true);
});

test("what a seed adds to all settings changes nothing", () => {
  const shifted = unbalanced.map((one) => ({ ...one, value: one.value + 100 * one.seed }));
  const [plain, moved] = [fitSettings(unbalanced, 3), fitSettings(shifted, 3)];
  expect(moved.variance).toBeCloseTo(plain.variance, 9);
  expect(moved.effects[2]! - moved.effects[0]!).toBeCloseTo(plain.effects[2]! - plain.effects[0]!, 9);
});

test("a setting whose runs are all fitted exactly says nothing of the noise", () => {
  // Half a sweep: the seeds of the third setting, and the fourth, are each held by one other run alone.
  const rows = table([
    [0, 0, 1.1],
    [0, 1, 2.2],
    [0, 2, 3.4],
    [1, 0, 4.0],
    [1, 1, 5.4],
    [2, 2, 9.1],
    [2, 3, 1.2],
    [3, 3, 7.3],
  ]);
  const { blocks, freedom, variance, variances, counts } = fitSettings(rows, 4);
  expect({ blocks, freedom, counts }).toEqual({ blocks: true, freedom: 1, counts: [3, 2, 2, 1] });
  const own = expect.closeTo(variance, 9);
  expect(variances).toEqual([own, own, Number.NaN, Number.NaN]);
  // Not 0.00008, as if the third had no noise at all.
  expect(equalVariances(variances, counts)).toBeCloseTo(1, 9);
});

test("one run of each setting has no noise; whole numbers have that of rounding", () => {
  const single = fitSettings(
    table([
      [0, 0, 1],
      [1, 0, 3],
    ]),
    2,
  );
  expect([single.variance, single.freedom]).toEqual([Number.NaN, 0]);
  const counts = table(
    [0, 1, 2].flatMap(
      (seed) =>
        [
          [0, seed, 10],
          [1, seed, 9],
        ] as [number, number, number][],
    ),
  );
  expect(fitSettings(counts, 2).variance).toBe(0);
  expect(fitSettings(counts, 2, true, 1 / 12).variance).toBe(1 / 12);
});

test("Bartlett's test", () => {
  const variances = [2.333333333333333, 8.916666666666666, 0.005000000000000009];
  expect(equalVariances(variances, [3, 4, 2])).toBeCloseTo(0.06527756217745526, 12);
  expect(equalVariances([...variances, Number.NaN], [3, 4, 2, 1])).toBeCloseTo(0.06527756217745526, 12);
  expect(equalVariances([1, Number.NaN], [3, 1])).toBeNaN();
  expect(equalVariances([0, 1], [3, 3])).toBe(0);
});
