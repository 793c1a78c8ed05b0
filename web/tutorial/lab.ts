/**
 * What the figures are drawn from: digits, a small model of them that is trained once, when it is first needed, and
 * trainings that a figure watches.
 */

import { configuration, shipped } from "../../src/config/web.ts";
import { openDataset } from "../../src/data/index.ts";
import { LatentModel } from "../../src/latent/index.ts";
import { createRuntime } from "../../src/runtime/web.ts";
import { buildJob } from "../../src/trained/web.ts";
import { type TrainingJob, train } from "../../src/training/index.ts";
import type { Lab, LabModel, Moment, Recipe } from "./step.ts";

/** Digits that figures are drawn of. */
const SHOWN = 300;
const PIXELS = 28 * 28;

export interface LabOptions {
  /** Digits in all; a tenth of them is held out. */
  readonly count?: number;
  /** Of the model that is trained once. */
  readonly epochs?: number;
  /** Called while that goes on, with the share that is done. */
  onProgress?(share: number): void;
}

export function createLab({ count = 4000, epochs = 30, onProgress }: LabOptions = {}): Lab {
  const configOf = (settings: object) =>
    configuration(shipped).resolve({ preset: "demo", data: { count }, ...settings }).config;
  const runtime = once(() => createRuntime());
  const data = once(() => openDataset(configOf({}).data, {}, shipped.sources));
  const jobOf = async (settings: object): Promise<TrainingJob> =>
    buildJob(configOf(settings), await data(), await runtime(), shipped);

  const digits = once(async () => {
    const { images, labels } = (await data()).heldOut;
    const shown = Math.min(SHOWN, images.count);
    const pixels = new Uint8Array(shown * PIXELS);
    images.read(
      Array.from({ length: shown }, (_, i) => i),
      pixels,
    );
    return {
      images: Float32Array.from(pixels, (value) => value / 255),
      labels: Array.from(labels!.values.subarray(0, shown)),
    };
  });

  const model = once(async () => {
    const job = await jobOf({ model: { hidden: [100], latentDim: 8 }, training: { epochs } });
    let trained: LatentModel | undefined;
    for await (const event of train(job)) {
      if (event.type === "epoch") onProgress?.(event.epoch / epochs);
      if (event.type === "end") trained = await LatentModel.create(job.runtime, job.vae, event.state);
    }
    return asked(trained!);
  });

  async function* watch({ latents, epochs, scalars, next, loss }: Recipe): AsyncGenerator<Moment> {
    const job = await jobOf({
      model: { hidden: [64], latentDim: latents },
      optimizer: { learningRate: 0.006 },
      training: { epochs, stepsPerCall: next === undefined ? 4 : 1 },
    });
    let held = scalars;
    const objective: TrainingJob["objective"] = { scalars, loss: (terms) => ({ loss: loss(terms) }) };
    let model: LatentModel | undefined;
    let stepsPerEpoch = 1;
    for await (const event of train({ ...job, objective, held: () => held })) {
      if (event.type === "start") stepsPerEpoch = event.stepsPerEpoch;
      if (event.type === "step" && next !== undefined) {
        const kl = event.terms.klPerDimension as readonly number[];
        held = next({ scalars: held, kl, epoch: 1 + Math.floor(event.step / stepsPerEpoch) });
      }
      if (event.type !== "epoch") continue;
      model = model?.with(event.state) ?? (await LatentModel.create(job.runtime, job.vae, event.state));
      const { step, epoch, heldOut } = event;
      yield { step, steps: epochs * stepsPerEpoch, epoch, ...heldOut, model: asked(model) };
    }
  }

  return { digits, model, watch };
}

/** A model that is asked in numbers from 0 to 1. */
function asked(model: LatentModel): LabModel {
  return {
    latents: model.vae.latentDim,
    encode: (images) =>
      model.encode({
        count: images.length / PIXELS,
        height: 28,
        width: 28,
        channels: 1,
        pixels: Uint8Array.from(images, (value) => Math.round(255 * value)),
      }),
    decode: async (latents) =>
      Float32Array.from((await model.decode(latents)).pixels, (value) => value / 255),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
