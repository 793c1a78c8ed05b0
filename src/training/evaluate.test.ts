/** What a model is worth: the same every time, at β = 1 whatever it was trained with, and equal to a hand computation. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { makeVae } from "../../test/helpers/models.ts";
import {
  bitsOf,
  eventsOf,
  eventsOfType,
  makeData,
  makeJob,
  makeObjective,
  makeOptimizer,
  smallImage,
} from "../../test/helpers/training.ts";
import { fillNormal } from "../base/random.ts";
import { memoryImages } from "../data/index.ts";
import { rowsPerCall } from "../models/index.ts";
import { createRuntime } from "../runtime/node.ts";
import { Evaluator, evaluationProgram, State, trainingProgram } from "./index.ts";

const vae = makeVae({ architecture: "mlp", options: { hidden: [6] }, image: smallImage, latentDim: 2 });
const optimizer = makeOptimizer();
const { state: specs } = trainingProgram({
  vae,
  objective: makeObjective("vae"),
  optimizer,
  batchSize: 2,
  unroll: 1,
});
const state = State.initial(specs, 1);
// More than one chunk of 500, the last one short.
const { heldOut } = makeData(4, 503);
const { images } = heldOut;

let evaluator: Evaluator;
beforeAll(async () => {
  evaluator = await Evaluator.create(await createRuntime({ threads: 1 }), vae);
});
afterAll(() => evaluator.release());

/** The same in plain double precision: the net, the densities and the averages, spelled out. */
function byHand(seed: number) {
  const size = smallImage.height * smallImage.width;
  const weights = (name: string) => state.get(name);
  const layer = (x: readonly number[], name: string): number[] => {
    const [w, b] = [weights(`${name}.weight`), weights(`${name}.bias`)];
    return [...b].map((bias, row) =>
      x.reduce((total, value, i) => total + value * w[row * x.length + i]!, bias),
    );
  };
  const relu = (x: readonly number[]) => x.map((value) => Math.max(0, value));
  let reconstruction = 0;
  const kl = [0, 0];
  for (let start = 0; start < 503; start += 500) {
    const noise = new Float32Array(2 * Math.min(500, 503 - start));
    fillNormal(noise, { seed, stream: "evaluation", step: start });
    for (let i = start; i < Math.min(503, start + 500); i++) {
      const pixels = new Uint8Array(size);
      images.read([i], pixels);
      const x = Array.from(pixels, (value) => value / 255);
      const h = relu(layer(x, "encoder.fc1"));
      const [mean, logVariance] = [layer(h, "encoder.mean"), layer(h, "encoder.log_variance")];
      const z = mean.map((mu, d) => mu + Math.exp(logVariance[d]! / 2) * noise[2 * (i - start) + d]!);
      const logits = layer(relu(layer(z, "decoder.fc1")), "decoder.output");
      logits.forEach((logit, pixel) => {
        reconstruction += Math.log1p(Math.exp(logit)) - x[pixel]! * logit;
      });
      mean.forEach((mu, d) => {
        kl[d]! += 0.5 * (mu * mu + Math.exp(logVariance[d]!) - logVariance[d]! - 1);
      });
    }
  }
  const klPerDimension = kl.map((total) => total / 503);
  return {
    reconstruction: reconstruction / 503,
    klPerDimension,
    kl: klPerDimension[0]! + klPerDimension[1]!,
  };
}

test("equals a hand computation over all images, the last short chunk included", async () => {
  const expected = byHand(7);
  const found = await evaluator.evaluate(state, heldOut, 7);
  expect(found.images).toBe(503);
  expect(found.reconstruction).toBeCloseTo(expected.reconstruction, 4);
  expect(found.kl).toBeCloseTo(expected.kl, 6);
  found.klPerDimension.forEach((value, d) => {
    expect(value).toBeCloseTo(expected.klPerDimension[d]!, 6);
  });
  expect(found.negativeElbo).toBe(found.reconstruction + found.kl);
});

test("a conditional model is given each image's own label, in every chunk", async () => {
  const classes = ["a", "b", "c"];
  const options = { architecture: "mlp", options: { hidden: [6] }, image: smallImage, latentDim: 2, classes };
  const conditional = makeVae(options);
  const { program, state: specs } = trainingProgram({
    vae: conditional,
    objective: makeObjective("conditional"),
    optimizer,
    batchSize: 2,
    unroll: 1,
  });
  const weights = State.initial(specs, 1);
  // Without a period that chunks of 500 could share.
  const values = Int32Array.from({ length: 1203 }, (_, i) => (i * i + (i >> 4)) % 3);
  const split = { images: makeData(4, 1203).heldOut.images, labels: { names: classes, values } };
  const runtime = await createRuntime({ threads: 1 });
  const found = await (await Evaluator.create(runtime, conditional)).evaluate(weights, split, 7);
  // The KL has no noise in it: image by image, each with its label.
  const single = evaluationProgram(conditional);
  const session = await runtime.compile(single);
  let kl = 0;
  const pixels = new Uint8Array(smallImage.height * smallImage.width);
  for (const [i, value] of values.entries()) {
    split.images.read([i], pixels);
    const { klPerDimension } = await session.run({
      ...weights.feeds(program),
      pixels: { dtype: "uint8", shape: [1, smallImage.height, smallImage.width, 1], data: pixels },
      label: { dtype: "float32", shape: [1, 3], data: Float32Array.of(0, 0, 0).fill(1, value, value + 1) },
      noise: { dtype: "float32", shape: [1, 2], data: new Float32Array(2) },
    });
    kl += (klPerDimension!.data as Float32Array).reduce((total, one) => total + one, 0);
  }
  expect(found.kl).toBeCloseTo(kl / values.length, 6);
});

test("is the same every time for one seed, and moves with the seed by sampling noise alone", async () => {
  const first = await evaluator.evaluate(state, heldOut, 7);
  const again = await evaluator.evaluate(state, heldOut, 7);
  const other = await evaluator.evaluate(state, heldOut, 8);
  expect(again).toEqual(first);
  expect(other.kl).toBe(first.kl); // No noise in it.
  expect(other.reconstruction).not.toBe(first.reconstruction);
  expect(Math.abs(other.reconstruction - first.reconstruction)).toBeLessThan(0.3);
});

test("−ELBO is at β = 1 whatever was trained with", async () => {
  const job = await makeJob({ epochs: 1, objective: makeObjective("beta", { beta: 50 }) });
  const events = await eventsOf(job);
  const { heldOut, state: trained } = eventsOfType(events, "epoch")[0]!;
  expect(heldOut.negativeElbo).toBe(heldOut.reconstruction + heldOut.kl);
  const { loss, reconstruction, kl } = eventsOfType(events, "log")[0]!.record as Record<string, number>;
  expect(loss).toBeCloseTo(reconstruction! + 50 * kl!, 3);
  // And evaluating changes nothing.
  const before = bitsOf(trained);
  const own = await Evaluator.create(job.runtime, job.vae);
  expect(await own.evaluate(trained, job.data.heldOut, job.seed)).toEqual(heldOut);
  await own.release();
  expect(bitsOf(trained)).toEqual(before);
});

test("large pictures go through a few at a time, and come to what all at once do", async () => {
  const image = { height: 160, width: 160, channels: 3 } as const;
  const large = makeVae({ architecture: "mlp", options: { hidden: [4] }, image, latentDim: 2 });
  const parts = { vae: large, objective: makeObjective("vae"), optimizer, batchSize: 2, unroll: 1 };
  const weights = State.initial(trainingProgram(parts).state, 2);
  const count = 20;
  expect(rowsPerCall(large)).toBe(8);
  const pixels = Uint8Array.from({ length: count * 160 * 160 * 3 }, (_, i) => (i * 7919) % 251);
  const split = { images: memoryImages(pixels, { count, ...image }) };
  const runtime = await createRuntime({ threads: 1 });
  const own = await Evaluator.create(runtime, large);
  const found = await own.evaluate(weights, split, 7);
  await own.release();
  const program = evaluationProgram(large);
  const session = await runtime.compile(program);
  const noise = new Float32Array(2 * count);
  fillNormal(noise, { seed: 7, stream: "evaluation", step: 0 });
  const { reconstruction, klPerDimension } = await session.run({
    ...weights.feeds(program),
    pixels: { dtype: "uint8", shape: [count, 160, 160, 3], data: pixels },
    noise: { dtype: "float32", shape: [count, 2], data: noise },
  });
  await session.release();
  const mean = (data: unknown) => (data as Float32Array).reduce((sum, value) => sum + value, 0) / count;
  expect(found.reconstruction / mean(reconstruction!.data)).toBeCloseTo(1, 6);
  expect(found.kl).toBeCloseTo(mean(klPerDimension!.data), 6);
  expect(found.images).toBe(count);
});
