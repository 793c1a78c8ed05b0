/** Adam, weight decay and clipping against the papers' formulas in double precision. */

import { describe, expect, test } from "vitest";
import { input, interpret, type Value } from "../graph/index.ts";
import {
  type AdamOptions,
  adam,
  adamScalars,
  adamState,
  clipGlobalNorm,
  decayWeights,
  fill,
} from "./index.ts";

const vector = (data: ArrayLike<number>): Value<"float32"> => ({
  dtype: "float32",
  shape: [data.length],
  data: Float32Array.from(data),
});
const scalar = (value: number): Value<"float32"> => ({ ...vector([value]), shape: [] });

/** Algorithm 1 of Kingma & Ba 2015, as it is printed. */
function paper(
  start: readonly number[],
  gradients: readonly (readonly number[])[],
  { beta1, beta2, epsilon }: AdamOptions,
  rates: readonly number[],
): number[] {
  const theta = [...start];
  const m = start.map(() => 0);
  const v = start.map(() => 0);
  gradients.forEach((gradient, index) => {
    const t = index + 1;
    gradient.forEach((g, i) => {
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
      const mHat = m[i]! / (1 - beta1 ** t);
      const vHat = v[i]! / (1 - beta2 ** t);
      theta[i] = theta[i]! - (rates[index]! * mHat) / (Math.sqrt(vHat) + epsilon);
    });
  });
  return theta;
}

/** The graph's Adam, step after step. */
function ours(
  start: readonly number[],
  gradients: readonly (readonly number[])[],
  options: AdamOptions,
  rates: readonly number[],
): number[] {
  const shape = [start.length];
  const result = adam(
    input("parameter", shape),
    input("gradient", shape),
    { first: input("first", shape), second: input("second", shape) },
    options,
    { descent: input("descent", []), epsilon: input("epsilon", []) },
  );
  let state: Record<keyof typeof result, Value> = {
    parameter: vector(start),
    first: vector(start.map(() => 0)),
    second: vector(start.map(() => 0)),
  };
  gradients.forEach((gradient, index) => {
    const { descent, epsilon } = adamScalars(options, rates[index]!, index + 1);
    state = interpret(result, {
      ...state,
      gradient: vector(gradient),
      descent: scalar(descent),
      epsilon: scalar(epsilon),
    });
  });
  return [...(state.parameter.data as Float32Array)];
}

describe("adam", () => {
  const start = [0.5, -1, 2, 0, 3];
  // Large, small, sign-changing, rare and zero gradients.
  const gradients = Array.from({ length: 12 }, (_, t) => [
    100 * Math.cos(t),
    1e-4 * Math.sin(1 + t),
    t % 2 === 0 ? 1 : -0.9,
    t === 7 ? 5 : 0,
    0,
  ]);
  test.each([
    ["PyTorch's defaults", { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }, () => 1e-2],
    ["a large ε, which must not be folded away", { beta1: 0.9, beta2: 0.999, epsilon: 0.1 }, () => 1e-2],
    [
      "other βs and a rate that changes",
      { beta1: 0.5, beta2: 0.9, epsilon: 1e-8 },
      (t: number) => 0.1 / (t + 1),
    ],
    ["no momentum", { beta1: 0, beta2: 0.99, epsilon: 1e-6 }, () => 3e-3],
  ])("%s: equal to the paper's algorithm after 1 to 12 steps", (_, options, rate) => {
    const rates = gradients.map((__, t) => rate(t));
    for (const steps of [1, 2, 5, 12]) {
      const expected = paper(start, gradients.slice(0, steps), options, rates);
      ours(start, gradients.slice(0, steps), options, rates).forEach((value, i) => {
        expect(Math.abs(value - expected[i]!), `step ${steps}, element ${i}`).toBeLessThan(2e-6);
      });
    }
  });

  test("the first step has the length of the learning rate, whatever the gradient's", () => {
    const options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    const [large, small] = ours([0, 0], [[1000, -1e-3]], options, [0.01]);
    expect(large).toBeCloseTo(-0.01, 7);
    expect(small).toBeCloseTo(0.01, 6);
  });

  test("keeps two moments per parameter, which begin at zero", () => {
    const spec = { name: "fc.weight", shape: [2, 3], initializer: fill(7), kind: "parameter" } as const;
    const { first, second } = adamState(spec);
    const data = Float32Array.of(1, 2);
    first.initializer(data, { name: first.name, seed: 0 });
    expect([...data]).toEqual([0, 0]);
    expect([first.name, second.name]).toEqual(["firstMoment.fc.weight", "secondMoment.fc.weight"]);
    expect([first.kind, first.shape]).toEqual(["moment", [2, 3]]);
  });
});

test("weight decay adds λ·θ to the gradient; 0 adds nothing to the graph", () => {
  const [parameter, gradient] = [input("parameter", [3]), input("gradient", [3])];
  expect(decayWeights(parameter, gradient, 0)).toBe(gradient);
  const decayed = interpret(
    { y: decayWeights(parameter, gradient, 0.5) },
    { parameter: vector([2, -4, 0]), gradient: vector([1, 1, 1]) },
  ).y.data;
  expect([...(decayed as Float32Array)]).toEqual([2, -1, 1]);
});

describe("clipGlobalNorm", () => {
  const clip = (limit: number) => {
    const [a, b] = clipGlobalNorm([input("a", [2]), input("b", [1])], limit);
    const feeds = { a: vector([2, -1]), b: vector([2]) }; // norm 3
    const result = interpret({ a: a!, b: b! }, feeds);
    return [...(result.a.data as Float32Array), ...(result.b.data as Float32Array)];
  };

  test("scales all gradients together to the limit", () => {
    const factor = 1.5 / (3 + 1e-6);
    [2 * factor, -factor, 2 * factor].forEach((expected, i) => {
      expect(clip(1.5)[i]).toBeCloseTo(expected, 6);
    });
  });

  test("leaves smaller ones exactly as they are", () => expect(clip(100)).toEqual([2, -1, 2]));
});
