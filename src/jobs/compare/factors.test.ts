/** Values of statsmodels 0.15: `anova_lm(ols("y ~ C(L, Sum) * C(B, Sum) + C(s, Sum)"), typ=3)`. */
import { expect, test } from "vitest";
import { factorsOf, marginalMeans, testTerms } from "./factors.ts";
import { fitSettings } from "./linear-model.ts";

const settings = [5, 10].flatMap((latents) => [1, 2, 4].map((beta) => ({ beta, latents })));
const groups = settings.map((one) => ({ label: "", settings: one, runs: [] }));
const values = [3.1, 3.4, 2.9, 4.0, 4.4, 4.1, 5.2, 5.1, 5.6, 3.0, 3.3, 3.2, 5.0, 5.5, 5.1, 7.9, 8.2, 8.4];
const observations = values.map((value, i) => ({ setting: Math.floor(i / 3), seed: i % 3, value }));

test("a grid of two factors, and what is none", () => {
  expect(factorsOf(groups)).toEqual([
    { key: "beta", levels: [1, 2, 4], of: [0, 1, 2, 0, 1, 2] },
    { key: "latents", levels: [5, 10], of: [0, 0, 0, 1, 1, 1] },
  ]);
  expect(factorsOf(groups.slice(1))).toEqual([]);
  const unrelated = [{ kind: "beta" }, { kind: "annealed", warmup: 10 }, { kind: "free-bits", nats: 2 }];
  expect(factorsOf(unrelated.map((one) => ({ label: "", settings: one, runs: [] })))).toEqual([]);
});

test("main effects and interaction", () => {
  const terms = testTerms(factorsOf(groups), fitSettings(observations, 6));
  expect(terms.map(({ factors }) => factors)).toEqual([["beta"], ["latents"], ["beta", "latents"]]);
  expect(terms.map(({ f }) => f)).toEqual(
    [462.984085, 184.668435, 73.938992].map((f) => expect.closeTo(f, 5)),
  );
  expect(terms.map(({ freedom }) => freedom)).toEqual([
    [2, 10],
    [1, 10],
    [2, 10],
  ]);
  expect(terms[2]!.p / 1.019512e-6).toBeCloseTo(1, 5);
});

test("with a run missing", () => {
  const some = observations.filter((_, i) => i !== 4);
  const terms = testTerms(factorsOf(groups), fitSettings(some, 6));
  expect(terms.map(({ f }) => f)).toEqual(
    [437.790013, 163.841621, 69.106352].map((f) => expect.closeTo(f, 4)),
  );
});

test("marginal means weigh settings equally", () => {
  const [beta] = factorsOf(groups);
  expect(marginalMeans(beta!, [1, 2, 3, 5, 4, 9])).toEqual([3, 3, 6]);
  expect(marginalMeans(beta!, [undefined, 2, 3, 5, 4, 9])).toEqual([Number.NaN, 3, 6]);
});
