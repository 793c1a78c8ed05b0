/** Densities and KL against closed forms: the anchors of disentanglement_lib's tests, sums and integrals of 1. */

import { describe, expect, test } from "vitest";
import { constant, input, interpret, type Tensor, type Value } from "../graph/index.ts";
import {
  bernoulliNegativeLogLikelihood,
  gaussianNegativeLogLikelihood,
  klToStandardNormal,
  reparameterize,
} from "./index.ts";

const row = (data: ArrayLike<number>): Value<"float32"> => ({
  dtype: "float32",
  shape: [1, data.length],
  data: Float32Array.from(data),
});
const rows = (data: ArrayLike<number>): Value<"float32"> => ({ ...row(data), shape: [data.length, 1] });

function evaluate(y: Tensor, feeds: Readonly<Record<string, Value>>): Float32Array {
  return interpret({ y }, feeds).y.data as Float32Array;
}

describe("KL(q ‖ N(0, I))", () => {
  const mean = input("mean", ["batch", 10]);
  const logVariance = input("logVariance", ["batch", 10]);
  const kl = klToStandardNormal({ mean, logVariance });
  const total = (mu: number, lv: number) =>
    evaluate(kl, { mean: row(new Array(10).fill(mu)), logVariance: row(new Array(10).fill(lv)) }).reduce(
      (sum, x) => sum + x,
      0,
    );
  test.each([
    [0, 0, 0],
    [1, 0, 5],
    [1, 1, 5 * (Math.E - 1 + 0)], // ½·10·(1 + e − 1 − 1)
    [0, Math.log(4), 5 * (4 - 1 - Math.log(4))],
    [-2, -1, 5 * (4 + 1 / Math.E - 1 + 1)],
  ])("μ = %d, ln σ² = %d in 10 dimensions: %d nats", (mu, lv, expected) => {
    expect(total(mu, lv)).toBeCloseTo(expected, 4);
  });

  test("the published value 8.5914", () => expect(total(1, 1)).toBeCloseTo(8.5914, 4));
});

test("reparameterize: z = μ + σ·ε", () => {
  const z = reparameterize(
    { mean: input("mean", [1, 3]), logVariance: input("logVariance", [1, 3]) },
    input("noise", [1, 3]),
  );
  const feeds = {
    mean: row([1, -2, 0.5]),
    logVariance: row([0, Math.log(9), Math.log(0.25)]),
    noise: row([0, 1, -2]),
  };
  const values = [...evaluate(z, feeds)];
  expect(values[0]).toBe(1);
  expect(values[1]).toBeCloseTo(1, 6);
  expect(values[2]).toBeCloseTo(-0.5, 6);
});

describe("Gaussian", () => {
  const x = input("x", ["batch", 1]);
  const mean = input("mean", ["batch", 1]);
  const density = (values: ArrayLike<number>, mu: number, sigma: number) =>
    evaluate(gaussianNegativeLogLikelihood(x, mean, constant(Math.log(sigma))), {
      x: rows(values),
      mean: rows(new Array(values.length).fill(mu)),
    });

  test("log N(1; 0, 1) = −1.41894 and log N(1; 1, 1) = −0.91894", () => {
    expect(-density([1], 0, 1)[0]!).toBeCloseTo(-1.41894, 5);
    expect(-density([1], 1, 1)[0]!).toBeCloseTo(-0.91894, 5);
  });

  test.each([0.1, 0.5, 1, 3])("σ = %d: the density integrates to 1", (sigma) => {
    const count = 4001;
    const width = 16 * sigma;
    const step = width / (count - 1);
    const grid = Array.from({ length: count }, (_, i) => 0.3 - width / 2 + i * step);
    const integral = density(grid, 0.3, sigma).reduce((total, nll) => total + Math.exp(-nll) * step, 0);
    expect(integral).toBeCloseTo(1, 5);
  });
});

describe("Bernoulli with logits", () => {
  const x = input("x", ["batch", 1]);
  const logits = input("logits", ["batch", 1]);
  const nll = bernoulliNegativeLogLikelihood(x, logits);

  test.each([-30, -3, -0.5, 0, 0.5, 3, 30])("logit %d: p(0) + p(1) = 1", (logit) => {
    const both = evaluate(nll, { x: rows([0, 1]), logits: rows([logit, logit]) });
    expect(Math.exp(-both[0]!) + Math.exp(-both[1]!)).toBeCloseTo(1, 6);
    expect(Math.exp(-both[1]!)).toBeCloseTo(1 / (1 + Math.exp(-logit)), 6);
  });

  test("extreme logits stay finite: 200 nats, not infinity", () => {
    expect([...evaluate(nll, { x: rows([0, 1]), logits: rows([200, -200]) })]).toEqual([200, 200]);
  });

  test("on grey pixels it is the cross-entropy", () => {
    const [value] = evaluate(nll, { x: rows([0.25]), logits: rows([Math.log(3)]) });
    expect(value).toBeCloseTo(-(0.25 * Math.log(0.75) + 0.75 * Math.log(0.25)), 6);
  });
});

test("densities are summed over pixels and channels, one number per image", () => {
  const x = input("x", ["batch", 3, 2, 2]);
  const output = input("output", ["batch", 3, 2, 2]);
  const zeros: Value<"float32"> = { dtype: "float32", shape: [2, 3, 2, 2], data: new Float32Array(24) };
  const feeds = { x: zeros, output: zeros };
  const bernoulli = evaluate(bernoulliNegativeLogLikelihood(x, output), feeds);
  expect([...bernoulli].map((value) => value / 12)).toEqual([
    expect.closeTo(Math.LN2, 6),
    expect.closeTo(Math.LN2, 6),
  ]);
  const gaussian = evaluate(gaussianNegativeLogLikelihood(x, output, constant(Math.log(0.1))), feeds);
  const expected = 12 * (Math.log(0.1) + 0.5 * Math.log(2 * Math.PI));
  expect([...gaussian]).toEqual([expect.closeTo(expected, 4), expect.closeTo(expected, 4)]);
});
