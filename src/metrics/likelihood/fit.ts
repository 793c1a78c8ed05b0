/**
 * Whether the decoder listens: how well images are reconstructed against how much they vary, and what it costs
 * to decode an image from another image's latent.
 */

import { fillNormal, permutation } from "../../base/random.ts";
import { type Split, selectSplit } from "../../data/index.ts";
import { input, type Program, square, subtract, sum } from "../../graph/index.ts";
import type { Vae } from "../../models/index.ts";
import { reparameterize, StateContext } from "../../nn/index.ts";
import {
  encodeSplit,
  imageFeeds,
  imageInputs,
  type MeasuredModel,
  report,
  rowsPerCall,
  type Watch,
} from "./model.ts";
import { type Estimate, RunningMean } from "./statistics.ts";

export interface Fit {
  /** Images looked at. */
  readonly images: number;
  /** Root mean square of (reconstruction − pixel), pixels in [0, 1], z drawn from the posterior. */
  readonly reconstructionError: number;
  /** Root mean square of (pixel − mean image): what reconstructing the mean image would leave. */
  readonly pixelDeviation: number;
  /** −ln p(x|z of another image) + ln p(x|own z): nats per image that the latent is worth to the decoder. */
  readonly swapCost: Estimate;
}

/** `pixels`; `mean`, `logVariance`, `noise`, `[batch, latent]` → `reconstruction` and `squaredError`, `[batch]`. */
function fitProgram(vae: Vae): Program {
  const [mean, logVariance, noise] = ["mean", "logVariance", "noise"].map((name) =>
    input(name, ["batch", vae.latentDim]),
  );
  const context = new StateContext("infer");
  const { pixels, label, inputs } = imageInputs(vae);
  const x = vae.scale(pixels);
  const z = reparameterize({ mean: mean!, logVariance: logVariance! }, noise!);
  const outputs = {
    reconstruction: vae.weigh(context, x, z, label),
    squaredError: sum(square(subtract(vae.decode(context, z, label), x)), [1, 2, 3]),
  };
  return {
    name: "fit",
    inputs: [...context.tensors().values(), ...inputs, mean!, logVariance!, noise!],
    outputs,
  };
}

/** Looks at up to `limit` images, chosen by the seed. Progress is in images. */
export async function measureFit(
  model: MeasuredModel,
  split: Split,
  { seed, limit = 1000, ...watch }: Watch & { readonly seed: number; readonly limit?: number },
): Promise<Fit> {
  const { runtime, vae, state } = model;
  const count = Math.min(limit, split.images.count);
  const order = permutation(split.images.count, { seed, stream: "fit-images" }).slice(0, count);
  const chosen = selectSplit(split, order);
  const { mean, logVariance } = await encodeSplit(model, chosen, { signal: watch.signal });
  const noise = new Float32Array(mean.length);
  fillNormal(noise, { seed, stream: "fit" });

  const latent = vae.latentDim;
  const program = fitProgram(vae);
  const session = await runtime.compile(program);
  const weights = state.feeds(program);
  const { height, width, channels } = vae.image;
  const dimensions = height * width * channels;
  const pixelSums = new Float64Array(dimensions);
  let [squares, squaredError] = [0, 0];
  const swapCost = new RunningMean();
  const chunk = rowsPerCall(vae);
  try {
    for (let start = 0; start < count; start += chunk) {
      report(watch, start, count);
      const rows = Math.min(chunk, count - start);
      const given = imageFeeds(vae, chosen, start, rows);
      for (const [i, value] of given.pixels.data.entries()) {
        pixelSums[i % dimensions]! += value / 255;
        squares += (value / 255) ** 2;
      }
      // The order is random, so the next image is any other image.
      const latents = (shift: number) => {
        const of = (source: Float32Array) => {
          const data = new Float32Array(rows * latent);
          for (let row = 0; row < rows; row++) {
            const at = ((start + row + shift) % count) * latent;
            data.set(source.subarray(at, at + latent), row * latent);
          }
          return { dtype: "float32", shape: [rows, latent], data } as const;
        };
        return { mean: of(mean), logVariance: of(logVariance), noise: of(noise) };
      };
      const own = await session.run({ ...weights, ...given, ...latents(0) });
      const swapped = await session.run({ ...weights, ...given, ...latents(1) });
      for (let row = 0; row < rows; row++) {
        squaredError += (own.squaredError!.data as Float32Array)[row]!;
        const [mine, other] = [own, swapped].map((one) => (one.reconstruction!.data as Float32Array)[row]!);
        swapCost.add(other! - mine!);
      }
    }
    report(watch, count, count);
  } finally {
    await session.release();
  }
  const total = count * dimensions;
  const ofMeanImage = pixelSums.reduce((squared, one) => squared + one ** 2, 0) / count;
  return {
    images: count,
    reconstructionError: Math.sqrt(squaredError / total),
    pixelDeviation: Math.sqrt(Math.max(0, squares - ofMeanImage) / total),
    swapCost: swapCost.estimate(),
  };
}
