/** A spread that is learned or optimal: where it begins, and that what is logged is what is in force. */

import { describe, expect, test } from "vitest";
import { makeVae } from "../../test/helpers/models.ts";
import { eventsOf, eventsOfType, makeData, makeJob, smallImage } from "../../test/helpers/training.ts";
import { input, interpret, type Value } from "../graph/index.ts";
import { StateContext } from "../nn/index.ts";
import { likelihoodInForce } from "../trained/index.ts";
import { Feeder } from "./feeds.ts";
import type { State, TrainingJob } from "./index.ts";
import { Runner } from "./runner.ts";

const job = (likelihood: object): Promise<TrainingJob> =>
  makeJob({
    vae: makeVae({
      architecture: "mlp",
      options: { hidden: [7] },
      image: smallImage,
      latentDim: 3,
      likelihood: { ...likelihood },
    }),
    epochs: 2,
  });

/** Of the first batch under the first weights: differences from its mean image, and from the decoded one, by hand. */
function firstDifferences(given: TrainingJob, state: State) {
  const { vae } = given;
  const [rows, latent] = [given.batchSize, vae.latentDim];
  const call = { step: 0, count: 1, groups: ["model"], control: { updates: { model: 0 }, memory: {} } };
  const fed = new Feeder(given).feeds({ scalarNames: [], draws: [] }, call);
  const pixels = [...(fed.pixels!.data as Uint8Array)].map((level) => level / 255);
  const size = pixels.length / rows;
  const fromMean = pixels.map((pixel, i) => pixel - meanOf(pixels.filter((_, j) => j % size === i % size)));
  const value = (shape: number[], data: Iterable<number>): Value => ({
    dtype: "float32",
    shape,
    data: Float32Array.from(data),
  });
  const context = new StateContext("infer");
  const shape = [rows, smallImage.height, smallImage.width, 1];
  const encoded = vae.encode(context, input("images", shape));
  const decoded = vae.decode(context, input("z", [rows, latent]));
  const weights = state.feeds({ inputs: [...context.tensors().values()] }) as Record<string, Value>;
  const { mean, logVariance } = interpret({ ...encoded }, { ...weights, images: value(shape, pixels) });
  const z = [...mean.data].map(
    (mu, i) => Number(mu) + Math.exp(Number(logVariance.data[i]) / 2) * Number(fed.noise!.data[i]),
  );
  const { image } = interpret({ image: decoded }, { ...weights, z: value([rows, latent], z) });
  return { fromMean, fromDecoded: pixels.map((pixel, i) => pixel - Number(image.data[i])) };
}

const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const rms = (errors: readonly number[]) => Math.sqrt(meanOf(errors.map((error) => error ** 2)));

const meanAbsolute = (errors: readonly number[]) => meanOf(errors.map(Math.abs));
// A logistic distribution's variance is s²π²/3.
const logistic = (errors: readonly number[]) => (rms(errors) * Math.sqrt(3)) / Math.PI;

const spreads: [string, object, "sigma" | "scale", (errors: readonly number[]) => number][] = [
  ["a learned σ", { kind: "gaussian", sigma: "learned" }, "sigma", rms],
  ["an optimal σ", { kind: "gaussian", sigma: "optimal" }, "sigma", rms],
  ["a learned Laplace scale", { kind: "laplace", scale: "learned" }, "scale", meanAbsolute],
  ["a learned logistic scale", { kind: "discretizedLogistic" }, "scale", logistic],
];

async function firstSpread(given: TrainingJob, name: string) {
  const runner = new Runner(given);
  const state = await runner.first();
  await runner.release();
  const { value, unit } = likelihoodInForce({ vae: given.vae, state })[name]!;
  expect(unit).toContain("pixels in [0, 1]");
  return { value, ...firstDifferences(given, state) };
}

describe("begins at the optimum of the first batch", () => {
  test.each(spreads)("%s", async (what, likelihood, name, optimum) => {
    const { value, fromMean, fromDecoded } = await firstSpread(await job(likelihood), name);
    const expected = what.includes("optimal") ? optimum(fromDecoded) : optimum(fromMean) * Math.sqrt(4 / 3);
    expect(value).toBeCloseTo(expected, 4);
  });

  test("of one image, or equal ones: the decoder's own", async () => {
    for (const [batchSize, data] of [
      [1, makeData(26, 10)],
      [4, makeData(26, 10, smallImage, new Uint8Array(26 * 20).fill(200))],
    ] as const) {
      const given = await job({ kind: "gaussian", sigma: "learned" });
      const { value, fromDecoded } = await firstSpread({ ...given, batchSize, data }, "sigma");
      expect(value).toBeCloseTo(rms(fromDecoded), 4);
    }
  });
});

test.each(spreads)("%s: every line says the spread in force", async (_, likelihood, name) => {
  const given = await job(likelihood);
  const events = await eventsOf(given);
  for (const { record } of eventsOfType(events, "log")) expect(record[name]).toBeGreaterThan(0.0024);
  for (const { heldOut, state } of eventsOfType(events, "epoch")) {
    const { value } = likelihoodInForce({ vae: given.vae, state })[name]!;
    expect(heldOut.noted[name]).toBeCloseTo(value, 6);
  }
});

test("a scheduled scale: the last step's is in force; a given one is what was given", async () => {
  const scheduled = await job({ kind: "laplace", scale: { schedule: "linear", start: 0.5, end: 0.1 } });
  const epochs = eventsOfType(await eventsOf(scheduled), "epoch");
  const [first, last] = epochs.map(({ heldOut }) => heldOut.noted.scale!);
  expect(first).toBeGreaterThan(last!);
  expect(last).toBeCloseTo(0.1, 1);
  const fixed = await job({ kind: "gaussian", sigma: 0.3 });
  const [evaluated] = eventsOfType(await eventsOf(fixed), "epoch");
  expect(evaluated!.heldOut.noted).toEqual({ sigma: expect.closeTo(0.3, 6) });
});
