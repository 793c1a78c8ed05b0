/** Batch norm against its definition in double precision; the layers against worked numbers. */

import { describe, expect, test } from "vitest";
import { expectGradients } from "../../test/helpers/gradients.ts";
import { constant, input, interpret, multiply, sum, type Value } from "../graph/index.ts";
import { batchNorm, conv2d, convTranspose2d, diagonalNormal, linear, StateContext } from "./index.ts";

const floats = (shape: readonly number[], data: readonly number[]): Value<"float32"> => ({
  dtype: "float32",
  shape,
  data: Float32Array.from(data),
});

function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance = 1e-6): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i]! - value), `element ${i}: ${actual[i]}`).toBeLessThan(
      tolerance * Math.max(1, Math.abs(value)),
    );
  });
}

describe("batchNorm", () => {
  // [batch 2, channel 2, 1, 2]: channel 0 holds 1, 2, 3, 6; channel 1 holds 10, 10, 20, 40.
  const x = input("x", [2, 2, 1, 2]);
  const feeds = {
    x: floats([2, 2, 1, 2], [1, 2, 10, 10, 3, 6, 20, 40]),
    "bn.weight": floats([2], [2, 0.5]),
    "bn.bias": floats([2], [1, -1]),
    "bn.running_mean": floats([2], [4, 5]),
    "bn.running_var": floats([2], [0.25, 9]),
  };

  test("train: normalises by the batch's biased variance, 3.5 and 150", () => {
    const context = new StateContext("train");
    const y = interpret({ y: batchNorm(context, "bn", x) }, feeds).y.data;
    const first = (value: number) => 1 + (2 * (value - 3)) / Math.sqrt(3.5 + 1e-5);
    const second = (value: number) => -1 + (0.5 * (value - 20)) / Math.sqrt(150 + 1e-5);
    expectClose(y as Float32Array, [
      first(1),
      first(2),
      second(10),
      second(10),
      first(3),
      first(6),
      second(20),
      second(40),
    ]);
  });

  test("train: the running moments go a tenth of the way, the variance to the unbiased 14/3 and 200", () => {
    const context = new StateContext("train");
    batchNorm(context, "bn", x);
    const { mean, variance } = interpret(
      {
        mean: context.updates.get("bn.running_mean")!,
        variance: context.updates.get("bn.running_var")!,
      },
      feeds,
    );
    expectClose(mean.data as Float32Array, [0.9 * 4 + 0.1 * 3, 0.9 * 5 + 0.1 * 20]);
    expectClose(variance.data as Float32Array, [0.9 * 0.25 + 0.1 * (14 / 3), 0.9 * 9 + 0.1 * 200]);
  });

  test("infer: normalises by the running moments, takes any batch and changes nothing", () => {
    const context = new StateContext("infer");
    const any = input("x", ["batch", 2, 1, 2]);
    const y = interpret({ y: batchNorm(context, "bn", any) }, feeds).y.data;
    const first = (value: number) => 1 + (2 * (value - 4)) / Math.sqrt(0.25 + 1e-5);
    const second = (value: number) => -1 + (0.5 * (value - 5)) / Math.sqrt(9 + 1e-5);
    expectClose(y as Float32Array, [
      first(1),
      first(2),
      second(10),
      second(10),
      first(3),
      first(6),
      second(20),
      second(40),
    ]);
    expect(context.updates.size).toBe(0);
  });
});

test("batchNorm's gradient goes through the batch's mean and variance", () => {
  const context = new StateContext("train");
  const x = input("x", [3, 2, 2, 1]);
  const y = batchNorm(context, "bn", x);
  // Weights of each element: the gradient of a plain sum would be 0.
  const weights = constant(
    Float32Array.from({ length: 12 }, (_, i) => Math.cos(1 + 1.7 * i)),
    [3, 2, 2, 1],
  );
  const weighted = multiply(y, weights);
  const feeds = {
    x: floats([3, 2, 2, 1], [1, 2, -1, 0.5, 3, -2, 0.3, 0.7, -1.5, 2.2, 0.1, -0.4]),
    "bn.weight": floats([2], [2, 0.5]),
    "bn.bias": floats([2], [1, -1]),
    "bn.running_mean": floats([2], [0, 0]),
    "bn.running_var": floats([2], [1, 1]),
  };
  const tensors = context.tensors();
  const parameters = [x, tensors.get("bn.weight")!, tensors.get("bn.bias")!];
  expectGradients(sum(weighted), [weighted], parameters, feeds, { tolerance: 2e-3 });
});

test("linear: x·Wᵀ + b", () => {
  const y = linear(new StateContext("infer"), "fc", input("x", [1, 3]), 2);
  const feeds = {
    x: floats([1, 3], [1, 2, 3]),
    "fc.weight": floats([2, 3], [1, 0, 0, 10, 20, 30]),
    "fc.bias": floats([2], [0.5, -0.5]),
  };
  expect([...(interpret({ y }, feeds).y.data as Float32Array)]).toEqual([1.5, 139.5]);
});

test("conv2d is a cross-correlation: the kernel is not flipped", () => {
  const y = conv2d(new StateContext("infer"), "conv", input("x", [1, 1, 2, 2]), {
    out: 1,
    kernel: 2,
    stride: 1,
    padding: 0,
  });
  const feeds = {
    x: floats([1, 1, 2, 2], [1, 2, 3, 4]),
    "conv.weight": floats([1, 1, 2, 2], [1, 10, 100, 1000]),
    "conv.bias": floats([1], [0.5]),
  };
  expect([...(interpret({ y }, feeds).y.data as Float32Array)]).toEqual([4321.5]);
});

test("convTranspose2d lays the kernel down once per pixel, a stride apart", () => {
  const y = convTranspose2d(new StateContext("infer"), "conv", input("x", [1, 1, 1, 2]), {
    out: 1,
    kernel: 3,
    stride: 2,
    padding: 1,
    outputPadding: [0, 1],
  });
  const feeds = {
    x: floats([1, 1, 1, 2], [1, 10]),
    // The row that is left after padding is the middle one: 4, 5, 6.
    "conv.weight": floats([1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]),
    "conv.bias": floats([1], [0]),
  };
  expect(y.shape).toEqual([1, 1, 1, 4]);
  // Columns −1…4 of the full result: 4, 5, 6+40, 50, 60; the first is padding.
  expect([...(interpret({ y }, feeds).y.data as Float32Array)]).toEqual([5, 46, 50, 60]);
});

test("asking twice for one name with two shapes is our own mistake", () => {
  const context = new StateContext("infer");
  linear(context, "fc", input("x", [1, 3]), 2);
  expect(() => linear(context, "fc", input("x", [1, 4]), 2)).toThrow(/internal: "fc.weight" asked for twice/);
});

describe("diagonalNormal", () => {
  test.each(["train", "infer"] as const)("%s: two layers of their own names on one input", (mode) => {
    const context = new StateContext(mode);
    const { mean, logVariance } = diagonalNormal(context, "encoder", input("x", [2, 3]), 2);
    const result = interpret(
      { mean, logVariance },
      {
        x: floats([2, 3], [1, 2, 3, -1, 0, 4]),
        "encoder.mean.weight": floats([2, 3], [1, 0, 0, 0, 1, 0]),
        "encoder.mean.bias": floats([2], [10, 20]),
        "encoder.log_variance.weight": floats([2, 3], [0, 0, 1, 1, 1, 1]),
        "encoder.log_variance.bias": floats([2], [-1, -2]),
      },
    );
    expect([...(result.mean.data as Float32Array)]).toEqual([11, 22, 9, 20]);
    expect([...(result.logVariance.data as Float32Array)]).toEqual([2, 4, 3, 1]);
    expect([...context.specs.keys()].toSorted()).toEqual([
      "encoder.log_variance.bias",
      "encoder.log_variance.weight",
      "encoder.mean.bias",
      "encoder.mean.weight",
    ]);
  });
});
