/** What the figures are drawn from: digits, and a small model of them that is trained here, once, when it is first needed. */

import { configuration, shipped } from "../../src/config/web.ts";
import { openDataset } from "../../src/data/index.ts";
import { LatentModel } from "../../src/latent/index.ts";
import { createRuntime } from "../../src/runtime/web.ts";
import { buildJob } from "../../src/trained/web.ts";
import { train } from "../../src/training/index.ts";
import type { Lab } from "./step.ts";

const CONFIG = {
  preset: "demo",
  data: { count: 4000 },
  model: { hidden: [100], latentDim: 8 },
  training: { epochs: 30 },
};
/** Digits that figures are drawn of. */
const SHOWN = 300;
const PIXELS = 784;

let opened: Promise<Lab> | undefined;

/** @param onProgress the share of the training that is done */
export function openLab(onProgress: (share: number) => void): Promise<Lab> {
  opened ??= trainModel(onProgress);
  return opened;
}

async function trainModel(onProgress: (share: number) => void): Promise<Lab> {
  const { config } = configuration(shipped).resolve(CONFIG);
  const data = await openDataset(config.data, {}, shipped.sources);
  const runtime = await createRuntime();
  const job = buildJob(config, data, runtime, shipped);
  let model: LatentModel | undefined;
  for await (const event of train(job)) {
    if (event.type === "epoch") onProgress(event.epoch / CONFIG.training.epochs);
    if (event.type === "end") model = await LatentModel.create(runtime, job.vae, event.state);
  }
  const trained = model!;
  const { images, labels } = data.heldOut;
  const count = Math.min(SHOWN, images.count);
  const pixels = new Uint8Array(count * PIXELS);
  images.read(
    Array.from({ length: count }, (_, i) => i),
    pixels,
  );
  const bytes = (values: Float32Array) => ({
    count: values.length / PIXELS,
    height: 28,
    width: 28,
    channels: 1 as const,
    pixels: Uint8Array.from(values, (value) => Math.round(255 * value)),
  });
  return {
    images: Float32Array.from(pixels, (value) => value / 255),
    labels: Array.from(labels!.values.subarray(0, count)),
    model: {
      latents: config.model.latentDim,
      encode: (values) => trained.encode(bytes(values)),
      decode: async (latents) =>
        Float32Array.from((await trained.decode(latents)).pixels, (value) => value / 255),
    },
  };
}
