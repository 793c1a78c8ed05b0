/** First values are PyTorch's: uniform in ±1/√fan-in, which has the variance 1/(3·fan-in). */

import { describe, expect, test } from "vitest";
import { input } from "../graph/index.ts";
import { batchNorm, conv2d, convTranspose2d, initialize, linear, StateContext } from "./index.ts";

/** The weights that a layer asks for. */
function weightsOf(build: (context: StateContext) => unknown, seed = 3) {
  const context = new StateContext("train");
  build(context);
  return initialize(context.specs.values(), seed);
}

function variance(values: Float32Array): number {
  return values.reduce((total, x) => total + x * x, 0) / values.length;
}

const image = input("x", [2, 24, 8, 8]);

describe.each([
  ["linear 400 → 300", 400, (c: StateContext) => linear(c, "layer", input("x", [2, 400]), 300)],
  [
    "conv2d 24 → 50, 3×3: in·kernel²",
    24 * 9,
    (c: StateContext) => conv2d(c, "layer", image, { out: 50, kernel: 3, stride: 1, padding: 1 }),
  ],
  // PyTorch reads the fan-in off axis 1 of [in, out, k, k], so a transposed convolution has out·kernel².
  [
    "convTranspose2d 24 → 50, 3×3: out·kernel²",
    50 * 9,
    (c: StateContext) => convTranspose2d(c, "layer", image, { out: 50, kernel: 3, stride: 2, padding: 1 }),
  ],
])("%s", (_, fanIn, build) => {
  const weights = weightsOf(build);
  const bound = 1 / Math.sqrt(fanIn);

  test("weights and biases fill ±1/√fan-in", () => {
    for (const name of ["layer.weight", "layer.bias"]) {
      const extreme = weights.get(name)!.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      expect(extreme, name).toBeLessThanOrEqual(bound * (1 + 1e-7));
      expect(extreme, name).toBeGreaterThan(0.9 * bound);
    }
  });

  test("weights have the variance 1/(3·fan-in) and the mean 0", () => {
    const values = weights.get("layer.weight")!;
    expect(values.length).toBeGreaterThan(10_000);
    // The sample variance of n uniforms deviates by a relative √(0.8/n).
    const tolerance = 5 * Math.sqrt(0.8 / values.length);
    expect(Math.abs(variance(values) * 3 * fanIn - 1)).toBeLessThan(tolerance);
    const mean = values.reduce((total, x) => total + x, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan((5 * bound) / Math.sqrt(3 * values.length));
  });
});

test("batch norm starts as the identity: gain 1, bias 0, running mean 0, running variance 1", () => {
  const values = weightsOf((context) => batchNorm(context, "bn", input("x", [2, 3, 4, 4])));
  expect(Object.fromEntries([...values].map(([name, data]) => [name, [...data]]))).toEqual({
    "bn.weight": [1, 1, 1],
    "bn.bias": [0, 0, 0],
    "bn.running_mean": [0, 0, 0],
    "bn.running_var": [1, 1, 1],
  });
});

test("values depend on the seed and the tensor's name alone: a layer more leaves the others as they were", () => {
  const x = input("x", [2, 8]);
  const one = (context: StateContext) => linear(context, "encoder.fc1", x, 4);
  const two = (context: StateContext) =>
    linear(context, "encoder.fc2", linear(context, "encoder.fc1", x, 4), 4);
  const first = weightsOf(one).get("encoder.fc1.weight")!;
  expect(weightsOf(two).get("encoder.fc1.weight")).toEqual(first);
  expect(weightsOf(one, 4).get("encoder.fc1.weight")).not.toEqual(first);
  expect(weightsOf(two).get("encoder.fc2.weight")!.slice(0, 4)).not.toEqual(first.slice(0, 4));
});
