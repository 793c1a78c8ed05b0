/** A trained model to ask: chunks change nothing, seeds repeat, and images of another size are refused. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { makeVae, noisePixels } from "../../test/helpers/models.ts";
import { makeObjective, smallImage } from "../../test/helpers/training.ts";
import { interpret } from "../graph/index.ts";
import { createRuntime } from "../runtime/node.ts";
import { State, trainingProgram } from "../training/index.ts";
import { decoderProgram, type ImageArray, LatentModel, priorDraws } from "./index.ts";

const vae = makeVae({ architecture: "mlp", options: { hidden: [7] }, image: smallImage, latentDim: 3 });
const { state: specs } = trainingProgram({
  vae,
  objective: makeObjective("vae"),
  optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 },
  batchSize: 2,
  unroll: 1,
});
const state = State.initial(specs, 1);

/** Noisy pictures, as many as two chunks and a bit. */
const images = (count: number): ImageArray => ({
  count,
  height: smallImage.height,
  width: smallImage.width,
  channels: 1,
  pixels: noisePixels(count, smallImage).data,
});

let model: LatentModel;
beforeAll(async () => {
  model = await LatentModel.create(await createRuntime({ threads: 1 }), vae, state);
});
afterAll(() => model.release());

test("many images at once are the same as few, whatever the chunks", async () => {
  const all = await model.encode(images(517));
  const some = await model.encode(images(3));
  expect([all.count, all.mean.length, all.logVariance.length]).toEqual([517, 517 * 3, 517 * 3]);
  some.mean.forEach((value, i) => {
    expect(all.mean[i]).toBeCloseTo(value, 6);
  });
  const decoded = await model.decode(all.mean);
  const few = await model.decode(all.mean.slice(514 * 3));
  expect(decoded.count).toBe(517);
  expect([...decoded.pixels.slice(514 * 20)]).toEqual([...few.pixels]);
});

test("decoding gives the rounded pixel means that the interpreter gives", async () => {
  const latents = priorDraws(2, 3, 9);
  const { program } = decoderProgram(vae);
  const { image } = interpret(program.outputs, {
    ...state.feeds(program),
    latent: { dtype: "float32", shape: [2, 3], data: latents },
  });
  const { pixels } = await model.decode(latents);
  (image!.data as Float32Array).forEach((value, i) => {
    expect(Math.abs(pixels[i]! - 255 * value)).toBeLessThan(0.501);
  });
});

test("reconstructing is decoding the posterior means; no noise is drawn", async () => {
  const given = images(4);
  const { mean } = await model.encode(given);
  expect(await model.reconstruct(given)).toEqual(await model.decode(mean));
});

test("prior draws depend on the seed alone and scale with the temperature", async () => {
  expect(priorDraws(5, 3, 1)).toEqual(priorDraws(5, 3, 1));
  expect(priorDraws(5, 3, 2)).not.toEqual(priorDraws(5, 3, 1));
  expect([...priorDraws(5, 3, 1, 0.5)]).toEqual([...priorDraws(5, 3, 1)].map((z) => z / 2));
  expect(await model.sample(6, 1)).toEqual(await model.decode(priorDraws(6, 3, 1)));
  const many = priorDraws(4000, 5, 3);
  const mean = many.reduce((total, z) => total + z, 0) / many.length;
  const variance = many.reduce((total, z) => total + z * z, 0) / many.length;
  expect(Math.abs(mean)).toBeLessThan(0.03);
  expect(Math.abs(variance - 1)).toBeLessThan(0.05);
});

test("images of another size or depth are refused, not read as if they fitted", async () => {
  const turned: ImageArray = { ...images(2), height: smallImage.width, width: smallImage.height };
  const error = await failure("data", () => model.encode(turned));
  expect(error.message).toBe("the model takes images of 5×4×1, not 4×5×1");
  expect(error.hint).toBeDefined();
});

test("the same compiled model takes other weights", async () => {
  const other = model.with(State.initial(specs, 2));
  const given = images(2);
  expect((await other.encode(given)).mean).not.toEqual((await model.encode(given)).mean);
});
