/** Values of scipy 1.17 (`ttest_rel`, `ttest_ind`) and statsmodels 0.15 (`ols`), and worked examples. */
import { expect, test } from "vitest";
import { fitMeasure, imagesDifference, pooledDifference, welchDifference } from "./differences.ts";

const observations = (settings: readonly (readonly number[])[], seedOf = (_: number, run: number) => run) =>
  settings.flatMap((values, setting) =>
    values.map((value, run) => ({ setting, seed: seedOf(setting, run), value })),
  );

test("two settings with shared seeds: the paired test", () => {
  const fitted = fitMeasure(
    observations([
      [10, 20, 30],
      [11, 22, 33],
    ]),
    2,
  );
  // Differences 1, 2, 3: mean 2, s = 1, t = 2√3, df 2.
  const found = pooledDifference(fitted, 0, 1);
  expect(found).toMatchObject({ difference: expect.closeTo(2, 12), freedom: 2, method: "pooled" });
  expect(found.high - 2).toBeCloseTo(4.302653 / Math.sqrt(3), 5);
  expect(found.p).toBeCloseTo(0.07417990022744854, 10);
  // The noise of a run is 1/√2 of that of a difference; Hedges' correction for 2 degrees of freedom is 1 − 3/7.
  expect(found.effect).toBeCloseTo((4 / 7) * 2 * Math.SQRT2, 10);
  expect(fitted.equalVariances).toBeNaN();
});

test("other seeds in each: the two-sample test with one variance, no less than the pair's own", () => {
  const fitted = fitMeasure(
    observations(
      [
        [1, 2, 3],
        [5, 7],
      ],
      (setting, run) => 10 * setting + run,
    ),
    2,
  );
  const found = pooledDifference(fitted, 0, 1);
  // statsmodels: 4 ± 3.354593, p 0.032119, with the pooled variance 4/3; the pair's own is (1/3 + 2/2)/(1/3 + 1/2) = 1.6.
  const wider = Math.sqrt(1.6 / (4 / 3));
  expect(found.high - found.low).toBeCloseTo(2 * 3.354593 * wider, 5);
  expect(found.freedom).toBe(3);
});

test("a residual of all settings knows more than a pair's own three runs", () => {
  const noise = [
    [0.3, -0.1, -0.2],
    [-0.4, 0.2, 0.2],
    [0.1, 0.2, -0.3],
    [0.1, -0.2, 0.1],
  ];
  const fitted = fitMeasure(
    observations(noise.map((own, a) => own.map((one) => one + (a === 3 ? 1 : 0)))),
    4,
  );
  const [pooled, alone] = [pooledDifference(fitted, 2, 3), welchDifference(fitted, 2, 3)];
  expect(pooled.difference).toBeCloseTo(1, 12);
  expect(pooled.freedom).toBe(8);
  expect(pooled.p).toBeLessThan(alone.p);
  // What a seed adds to all settings makes it a block: nothing of it is left, and each seed but one costs a degree.
  const moved = observations(
    noise.map((own, a) => own.map((one, seed) => one + 50 * seed + (a === 3 ? 1 : 0))),
  );
  const blocked = pooledDifference(fitMeasure(moved, 4), 2, 3);
  expect(blocked.difference).toBeCloseTo(1, 12);
  expect(blocked.freedom).toBe(6);
  expect(welchDifference(fitMeasure(moved, 4), 2, 3).p).toBeGreaterThan(0.9);
});

test("Welch's test", () => {
  const fitted = fitMeasure(
    observations(
      [
        [1, 2, 3],
        [5, 7],
      ],
      (setting, run) => 10 * setting + run,
    ),
    2,
  );
  const found = welchDifference(fitted, 0, 1);
  // scipy: ttest_ind([5, 7], [1, 2, 3], equal_var=False).
  expect(found).toMatchObject({ difference: 4, method: "welch" });
  expect(found.p).toBeCloseTo(0.09414817762543444, 10);
  expect(found.freedom).toBeCloseTo(1.6842105263157894, 10);
});

test("a single run says nothing about its setting's variance: Welch's test has no answer, the pooled one has", () => {
  const fitted = fitMeasure(
    observations([[1, 2, 3], [4, 5, 7], [9]], (setting, run) => 10 * setting + run),
    3,
  );
  expect(welchDifference(fitted, 0, 2)).toMatchObject({ difference: 7, p: Number.NaN, method: "none" });
  expect(pooledDifference(fitted, 0, 2)).toMatchObject({ difference: expect.closeTo(7, 12), freedom: 4 });
});

test("runs that agree to the last bit differ for certain, or not at all", () => {
  const fitted = fitMeasure(
    observations([
      [5, 5],
      [5, 5],
      [6, 6],
    ]),
    3,
  );
  expect(pooledDifference(fitted, 0, 1)).toMatchObject({ p: 1, effect: 0 });
  expect(pooledDifference(fitted, 0, 2).p).toBe(0);
});

test("single models: the interval is over images", () => {
  const found = imagesDifference([20, 23], [0.3, 0.4], { from: 0, to: 1 });
  expect(found).toMatchObject({ difference: 3, p: Number.NaN, method: "images" });
  expect(found.high).toBeCloseTo(3 + 1.96 * 0.5, 12);
  expect(imagesDifference([20, 23], [0.3, Number.NaN], { from: 0, to: 1 }).method).toBe("none");
});
