/** Values of every table of quantiles, closed forms, and scipy 1.17 (`scipy.stats.f.sf`, `chi2.sf`, `t.sf`). */
import { expect, test } from "vitest";
import { chiSquareTail, fisherTail, studentQuantile, studentTail } from "./probabilities.ts";

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
  expect(studentTail(5.9, 10)).toBeCloseTo(0.0001510568171766863, 12);
  expect(studentTail(2.3, 3.7)).toBeCloseTo(0.08830340068840908, 10);
});

test("Fisher's tail", () => {
  expect(fisherTail(3.5, 2, 10)).toBeCloseTo(0.07042962777237427, 12);
  expect(fisherTail(0.4, 5, 12)).toBeCloseTo(0.8396528716480225, 12);
  expect(fisherTail(25, 3, 8)).toBeCloseTo(0.00020403649149438054, 12);
  expect(fisherTail(1, 1, 1)).toBeCloseTo(0.5, 12);
  // t² is F with one degree of freedom.
  expect(fisherTail(5.9 ** 2, 1, 10)).toBeCloseTo(studentTail(5.9, 10), 12);
});

test("the tail of χ², by series and by continued fraction", () => {
  expect(chiSquareTail(3.84, 1)).toBeCloseTo(0.05004352124870519, 12);
  expect(chiSquareTail(1, 5)).toBeCloseTo(0.9625657732472964, 12);
  expect(chiSquareTail(12, 5)).toBeCloseTo(0.03478778050624185, 12);
  expect(chiSquareTail(40, 5) / 1.493367900050393e-7).toBeCloseTo(1, 9);
  expect(chiSquareTail(60, 100)).toBeCloseTo(0.999481108537452, 10);
  expect(chiSquareTail(140, 100)).toBeCloseTo(0.0051405024585059085, 10);
  expect([chiSquareTail(0, 3), chiSquareTail(Number.POSITIVE_INFINITY, 3)]).toEqual([1, 0]);
});
