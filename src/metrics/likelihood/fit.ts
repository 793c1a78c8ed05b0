/**
 * Whether the decoder listens: how well images are reconstructed against how much they vary, and what it costs
 * to decode an image from another image's latent.
 */

import { takeRows } from "../../base/linear-algebra.ts";
import { inPieces, type Watch } from "../../base/progress.ts";
import { fillNormal, permutation } from "../../base/random.ts";
import { randomIndices, type Split, type Subset, selectSplit } from "../../data/index.ts";
import { input, type Program, square, subtract, sum } from "../../graph/index.ts";
import { imageFeeds, imageInputs, type SplitPosteriors, type TrainedModel } from "../../latent/index.ts";
import { rowsPerCall, type Vae } from "../../models/index.ts";
import { reparameterize, StateContext } from "../../nn/index.ts";
import type { EvaluationRecord } from "../../runs/web.ts";
import { selectPosteriors } from "./aggregate.ts";
import { RunningMean } from "./statistics.ts";

/** `subset`: where not all of the split was looked at. */
export type Fit = EvaluationRecord["fit"] & { readonly subset?: Subset };

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
  model: TrainedModel,
  split: Split,
  posteriors: SplitPosteriors,
  { seed, limit = 1000, ...watch }: Watch & { readonly seed: number; readonly limit?: number },
): Promise<Fit> {
  const { runtime, vae, state } = model;
  const of = split.images.count;
  const count = Math.min(limit, of);
  const indices = randomIndices(of, count, { seed, stream: "fit-images" });
  const chosen = selectSplit(split, indices);
  // The next in a random cycle: any other image, each once.
  const cycle = permutation(count, { seed, stream: "fit-partners" });
  const partners = new Uint32Array(count);
  cycle.forEach((image, i) => {
    partners[image] = cycle[(i + 1) % count]!;
  });
  const { mean, logVariance } = selectPosteriors(posteriors, indices);
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
  try {
    for (const { start, count: rows } of inPieces(watch, "swapping latents", count, rowsPerCall(vae))) {
      const given = imageFeeds(vae, chosen, start, rows);
      for (const [i, value] of given.pixels.data.entries()) {
        pixelSums[i % dimensions]! += value / 255;
        squares += (value / 255) ** 2;
      }
      const latents = (images: ArrayLike<number>) => {
        const of = (source: Float32Array) =>
          ({ dtype: "float32", shape: [rows, latent], data: takeRows(source, latent, images) }) as const;
        return { mean: of(mean), logVariance: of(logVariance), noise: of(noise) };
      };
      const images = Array.from({ length: rows }, (_, row) => start + row);
      const own = await session.run({ ...weights, ...given, ...latents(images) });
      const others = latents(partners.subarray(start, start + rows));
      const swapped = await session.run({ ...weights, ...given, ...others });
      for (let row = 0; row < rows; row++) {
        squaredError += (own.squaredError!.data as Float32Array)[row]!;
        const [mine, other] = [own, swapped].map((one) => (one.reconstruction!.data as Float32Array)[row]!);
        // A single image has no other: of its swap nothing is known.
        if (count > 1) swapCost.add(other! - mine!);
      }
    }
  } finally {
    await session.release();
  }
  const total = count * dimensions;
  const ofMeanImage = pixelSums.reduce((squared, one) => squared + one ** 2, 0) / count;
  return {
    images: count,
    ...(count < of && { subset: { of, count, seed } }),
    reconstructionError: Math.sqrt(squaredError / total),
    pixelDeviation: Math.sqrt(Math.max(0, squares - ofMeanImage) / total),
    swapCost: swapCost.estimate(),
  };
}
