/** What `vae` and `beta` minimise, seen on a whole training step; the schedules that β and the rate may follow. */

import { expect, test } from "vitest";
import { z } from "zod";
import { initialFeeds, makeVae, noisePixels } from "../../test/helpers/models.ts";
import { makeOptimizer } from "../../test/helpers/training.ts";
import { interpret, type Value } from "../graph/index.ts";
import { scheduleOf, valueAt } from "../nn/index.ts";
import { trainingProgram } from "../training/index.ts";
import { type BuiltObjective, objectives } from "./index.ts";

const optimizer = makeOptimizer();

function make(kind: string, options: object = {}): BuiltObjective {
  const found = objectives.find((one) => one.name === kind)!;
  return (found.create as (options: unknown) => BuiltObjective)(found.options.parse(options));
}

/** Terms of one training step on two small images. */
function termsOf(objective: BuiltObjective, scalars: Readonly<Record<string, number>> = {}) {
  const image = { height: 4, width: 3, channels: 1 };
  const vae = makeVae({ architecture: "mlp", options: { hidden: [5] }, image, latentDim: 3 });
  const { program, state, scalarNames } = trainingProgram({
    vae,
    objective,
    optimizer,
    batchSize: 2,
    unroll: 1,
  });
  expect(scalarNames.slice(2)).toEqual(Object.keys(scalars));
  const floats = (shape: readonly number[], data: readonly number[]): Value => ({
    dtype: "float32",
    shape,
    data: Float32Array.from(data),
  });
  const results: Record<string, Value> = interpret(program.outputs, {
    ...initialFeeds(state),
    pixels: noisePixels(2, image),
    noise: floats([2, 3], [1, -1, 0.5, 2, 0, -0.5]),
    scalars: floats([1, scalarNames.length], [1e-3, 1e-8, ...Object.values(scalars)]),
  });
  const term = (name: string) => (results[`term:${name}`]!.data as Float32Array)[0]!;
  return {
    loss: term("loss"),
    reconstruction: term("reconstruction"),
    kl: term("kl"),
    negativeElbo: term("negativeElbo"),
    klPerDimension: [...(results["term:klPerDimension"]!.data as Float32Array)],
  };
}

test("vae minimises −ELBO: reconstruction + KL, the KL being the sum over its dimensions", () => {
  const { loss, reconstruction, kl, negativeElbo, klPerDimension } = termsOf(make("vae"));
  expect(loss).toBeCloseTo(reconstruction + kl, 5);
  expect(negativeElbo).toBe(loss);
  expect(klPerDimension.reduce((total, x) => total + x, 0)).toBeCloseTo(kl, 6);
  expect(kl).toBeGreaterThan(0);
});

test.each([0, 0.5, 1, 10])("beta = %d multiplies the KL and nothing else; −ELBO stays at β = 1", (beta) => {
  const objective = make("beta", { beta });
  expect(objective.scalars).toEqual({ beta });
  const plain = termsOf(make("vae"));
  const { loss, reconstruction, kl, negativeElbo } = termsOf(objective, { beta });
  expect([reconstruction, kl, negativeElbo]).toEqual([
    plain.reconstruction,
    plain.kl,
    expect.closeTo(plain.negativeElbo, 5),
  ]);
  expect(loss).toBeCloseTo(reconstruction + beta * kl, 5);
});

test("β may be a schedule, and is refused below 0 in any part of it", () => {
  const { options } = objectives.find(({ name }) => name === "beta")!;
  const schedule = { schedule: "cosine", start: 0, end: 4 };
  expect(options.parse({ beta: schedule })).toMatchObject({ beta: schedule });
  for (const beta of [-0.5, Number.NaN, Number.POSITIVE_INFINITY, { ...schedule, end: -1 }, "4"]) {
    expect(options.safeParse({ beta }).success, JSON.stringify(beta)).toBe(false);
  }
});

test("the learning rate of the CelebA seed: ×0.95 after every epoch, as PyTorch's ExponentialLR", () => {
  const schedule = scheduleOf(z.number().positive()).parse({
    schedule: "exponential",
    start: 5e-4,
    factor: 0.95,
  });
  const at = (step: number) => valueAt(schedule, { step, stepsPerEpoch: 10, totalSteps: 50 });
  expect([0, 9, 10, 19, 40].map(at)).toEqual([5e-4, 5e-4, 5e-4 * 0.95, 5e-4 * 0.95, 5e-4 * 0.95 ** 4]);
});

test("cosine goes from start to end, half-way in the middle, there at the last step", () => {
  const schedule = scheduleOf(z.number()).parse({ schedule: "cosine", start: 1, end: 0.2 });
  const at = (step: number) => valueAt(schedule, { step, stepsPerEpoch: 10, totalSteps: 41 });
  expect(at(0)).toBe(1);
  expect(at(10)).toBeCloseTo(0.2 + 0.4 * (1 + Math.SQRT1_2), 12);
  expect(at(20)).toBeCloseTo(0.6, 12);
  expect(at(40)).toBeCloseTo(0.2, 12);
});
