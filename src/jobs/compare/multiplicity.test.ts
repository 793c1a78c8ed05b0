/** Values of statsmodels 0.15, `multipletests`. */
import { expect, test } from "vitest";
import { falseDiscoveryRate, holm } from "./multiplicity.ts";

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 12));

test("Holm, and Benjamini and Hochberg", () => {
  const ps = [0.04, 0.01, 0.03, 0.015, 0.2];
  expect(holm(ps)).toEqual(close([0.09, 0.05, 0.09, 0.06, 0.2]));
  expect(falseDiscoveryRate(ps)).toEqual(close([0.05, 0.0375, 0.05, 0.0375, 0.2]));
  expect([holm([]), falseDiscoveryRate([])]).toEqual([[], []]);
});

test("a test that could not be made counts for none", () => {
  expect(holm([Number.NaN, 0.01, 0.04])).toEqual([Number.NaN, ...close([0.02, 0.04])]);
  expect(falseDiscoveryRate([0.04, Number.NaN, 0.01])).toEqual([
    ...close([0.04]),
    Number.NaN,
    ...close([0.02]),
  ]);
});

test("never above 1", () => {
  expect(holm([0.9, 0.8])).toEqual([1, 1]);
});
