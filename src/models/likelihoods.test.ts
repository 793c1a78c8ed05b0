/** Every likelihood is a normalised density or mass, at the values where that is hard, and learns its width. */

import { describe, expect, it } from "vitest";
import { constant, type Dimension, input, interpret, type Tensor, type Value } from "../graph/index.ts";
import { initialize, StateContext } from "../nn/index.ts";
import { bitsPerDimension, type Decoding, type Likelihood, likelihoods } from "./index.ts";

function decodingOf(kind: string, options: object = {}): Decoding {
  const found: Likelihood = likelihoods.find((one) => one.name === kind)!;
  return found.create(found.options.parse(options), "real");
}

/** −ln p of each x, every pixel an image of its own, for one decoder output. */
function nats(
  decoding: Decoding,
  xs: readonly number[],
  output: number,
  state: Record<string, number> = {},
): Float32Array {
  const context = new StateContext("infer");
  const shape: Dimension[] = [xs.length, 1, 1, 1];
  const y = decoding.negativeLogLikelihood(input("x", shape), constant(output, shape as number[]), context);
  const first = initialize(context.specs.values(), 0);
  const feeds: Record<string, Value> = {
    x: { dtype: "float32", shape: shape as number[], data: Float32Array.from(xs) },
  };
  for (const [name, data] of first) {
    const value = state[name];
    feeds[name] = { dtype: "float32", shape: [], data: value === undefined ? data : Float32Array.of(value) };
  }
  return interpret({ y }, feeds).y.data as Float32Array;
}

const grid = (from: number, to: number, count: number) =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * (i + 0.5)) / count);

function integral(decoding: Decoding, from: number, to: number, output: number): number {
  const points = grid(from, to, 4000);
  return (
    nats(decoding, points, output).reduce((total, nll) => total + Math.exp(-nll), 0) * ((to - from) / 4000)
  );
}

describe("densities integrate to 1", () => {
  it.each([0, 1e-4, 0.01, 0.3, 0.499, 0.501, 2, -2, 8, -20])("continuous Bernoulli at logit %d", (logit) => {
    expect(integral(decodingOf("continuousBernoulli"), 0, 1, logit)).toBeCloseTo(1, 4);
  });
  it.each([0.02, 0.1, 1])("Laplace at scale %d", (scale) => {
    expect(integral(decodingOf("laplace", { scale }), 0.5 - 20 * scale, 0.5 + 20 * scale, 0)).toBeCloseTo(
      1,
      3,
    );
  });
  it.each([0.02, 0.1, 1])("Gaussian at σ %d", (sigma) => {
    expect(integral(decodingOf("gaussian", { sigma }), 0.5 - 9 * sigma, 0.5 + 9 * sigma, 0)).toBeCloseTo(
      1,
      4,
    );
  });
  it.each([
    [0.001, 0],
    [0.03, 0.4],
    [0.03, 5],
    [0.5, -3],
    [20, 1],
  ])("discretised logistic at scale %d, output %d: its 256 masses sum to 1", (scale, output) => {
    const levels = Array.from({ length: 256 }, (_, i) => i / 255);
    const masses = nats(decodingOf("discretizedLogistic", { scale }), levels, output);
    expect(masses.reduce((total, nll) => total + Math.exp(-nll), 0)).toBeCloseTo(1, 3);
  });
});

it("discretised logistic: the masses are differences of the logistic function", () => {
  const logistic = (x: number) => 1 / (1 + Math.exp(-x));
  const [location, scale] = [logistic(0.4), 0.03];
  for (const level of [0, 1, 150, 254, 255]) {
    const upper = level === 255 ? 1 : logistic(((level + 0.5) / 255 - location) / scale);
    const lower = level === 0 ? 0 : logistic(((level - 0.5) / 255 - location) / scale);
    const [found] = nats(decodingOf("discretizedLogistic", { scale }), [level / 255], 0.4);
    expect(Math.abs(found! + Math.log(upper - lower))).toBeLessThan(2e-3);
  }
});

it("continuous Bernoulli: its normaliser is 2 at λ = ½, and its mean the density's", () => {
  const decoding = decodingOf("continuousBernoulli");
  // −ln p(x | ½) = ln 2 − ln 2.
  expect(nats(decoding, [0.2], 0)[0]).toBeCloseTo(0, 6);
  for (const logit of [-30, -4, -0.5, -0.49, -1e-3, 0, 0.2, 0.51, 3, 100]) {
    const points = grid(0, 1, 8000);
    const weights = nats(decoding, points, logit).map((nll) => Math.exp(-nll));
    const expected =
      points.reduce((total, x, i) => total + x * weights[i]!, 0) / weights.reduce((a, b) => a + b);
    const mean = interpret({ y: decoding.mean(constant(logit, [1])) }, {}).y.data[0] as number;
    expect(Math.abs(mean - expected), `logit ${logit}`).toBeLessThan(2e-4);
  }
});

describe("a width that is learned or scheduled", () => {
  it("learned: is 0.1 without a batch, and never below e⁻⁶", () => {
    const decoding = decodingOf("gaussian", { sigma: "learned" });
    const at = (sigma: number) => Math.log(sigma) + 0.5 * Math.log(2 * Math.PI);
    expect(nats(decoding, [0.5], 0)[0]).toBeCloseTo(at(0.1), 4);
    expect(nats(decoding, [0.5], 0, { "likelihood.unclipped_log_sigma": -1000 })[0]).toBeCloseTo(
      at(Math.exp(-6)),
      4,
    );
  });

  it("scheduled: evaluation uses the value in force, which is state", () => {
    const sigma = { schedule: "linear", start: 0.5, end: 0.1 };
    const decoding = decodingOf("gaussian", { sigma });
    expect(Object.keys(decoding.scalars!)).toEqual(["sigma"]);
    const found = nats(decoding, [0.5], 0, { "likelihood.sigma": 0.25 })[0];
    expect(found).toBeCloseTo(Math.log(0.25) + 0.5 * Math.log(2 * Math.PI), 5);
  });

  it("optimal: σ² is the batch's mean squared error, at which its likelihood is ln σ + ½ ln 2πe", () => {
    const decoding = decodingOf("gaussian", { sigma: "optimal" });
    const context = new StateContext("train");
    const x = input("x", [2, 1, 1, 2]);
    const y = decoding.negativeLogLikelihood(x, constant(0, [2, 1, 1, 2]), context);
    const feeds: Record<string, Value> = {
      x: { dtype: "float32", shape: [2, 1, 1, 2], data: Float32Array.of(0.6, 0.4, 0.8, 0.5) },
      "likelihood.mean_squared_error": { dtype: "float32", shape: [], data: Float32Array.of(1) },
    };
    const next = context.updates.get("likelihood.mean_squared_error") as Tensor;
    const found = interpret({ y, next }, feeds);
    const mse = (0.01 + 0.01 + 0.09 + 0) / 4;
    const mean = ((found.y.data[0] as number) + (found.y.data[1] as number)) / 2;
    expect(mean).toBeCloseTo(2 * (0.5 * Math.log(mse) + 0.5 * Math.log(2 * Math.PI * Math.E)), 3);
    expect(found.next.data[0]).toBeCloseTo(0.9 + 0.1 * mse, 6);
  });
});

it("bits per dimension: a uniform density is 8 bits, and so is a uniform mass", () => {
  expect(bitsPerDimension(0, 784, "density")).toBe(8);
  expect(bitsPerDimension(784 * Math.log(256), 784, "mass")).toBeCloseTo(8, 12);
  expect(bitsPerDimension(784 * Math.LN2, 784, "mass")).toBeCloseTo(1, 12);
});
