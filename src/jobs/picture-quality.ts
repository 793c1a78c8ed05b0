/** What `evaluate` says of pictures: reconstructions against their originals, and draws from the prior against held-out ones. */

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import { BetalabError } from "../base/errors.ts";
import { inPieces } from "../base/progress.ts";
import { sum } from "../base/statistics.ts";
import type { Split } from "../data/index.ts";
import {
  decoderProgram,
  labelFeed,
  priorDraws,
  priorOf,
  reconstructions,
  type SplitPosteriors,
  type TrainedModel,
} from "../latent/index.ts";
import {
  type Estimate,
  type FeatureInput,
  FeatureNet,
  type Features,
  frechetDistance,
  kernelDistance,
  lpips,
  psnr,
  RunningMean,
  type Seen,
  ssim,
} from "../metrics/index.ts";
import { rowsPerCall } from "../models/index.ts";
import type { EvaluationRecord } from "../runs/index.ts";
import type { Artifact } from "./artifacts.ts";
import type { Teller } from "./events.ts";
import { text } from "./options.ts";

type PicturesRecord = NonNullable<EvaluationRecord["pictures"]>;

export const featureOptions = {
  features: text(
    "an ONNX net to look at pictures with: its vector gives FID and KID, its maps LPIPS",
    "file",
  ),
  featureSize: z
    .int()
    .min(1)
    .max(4096)
    .optional()
    .describe("side in pixels to which pictures are scaled for the net (default: its own)"),
  featureMean: z
    .array(z.number())
    .min(1)
    .optional()
    .describe("subtracted from each channel of pixels in [0, 1] (default: its metadata's, or 0)"),
  featureStd: z
    .array(z.number().positive())
    .min(1)
    .optional()
    .describe("by which each channel is then divided (default: its metadata's, or 1)"),
};

export interface FeatureOptions {
  readonly features?: string | undefined;
  readonly featureSize?: number | undefined;
  readonly featureMean?: readonly number[] | undefined;
  readonly featureStd?: readonly number[] | undefined;
}

/** The net that the options name, if they do. Throws "data" naming the file. */
export async function openFeatures(
  { features, featureSize: size, featureMean: mean, featureStd: std }: FeatureOptions,
  { runtime }: Pick<TrainedModel, "runtime">,
): Promise<FeatureNet | undefined> {
  if (features === undefined) return undefined;
  const input: FeatureInput = { size, mean, std };
  try {
    return await FeatureNet.open(runtime, readFileSync(features), basename(features), input);
  } catch (cause) {
    if (cause instanceof BetalabError) throw cause;
    const message = `\`features\`: can't read ${features}: ${(cause as Error).message}`;
    throw new BetalabError("data", message, undefined, { cause });
  }
}

/** Of each image of a split: how near its reconstruction is. */
export interface Nearness {
  readonly psnr: Float64Array;
  readonly ssim: Float64Array;
  /** NaN without a net that gives maps. */
  readonly lpips: Float64Array;
}

/** Compares each image with its reconstruction; `seen` is given what the net makes of the originals. */
export async function nearnessOf(
  model: TrainedModel,
  split: Split,
  posteriors: Pick<SplitPosteriors, "mean">,
  { net, seen, tell }: { net?: FeatureNet | undefined; seen?: (seen: Seen) => void; tell: Teller },
): Promise<Nearness> {
  const { image } = model.vae;
  const size = image.height * image.width * image.channels;
  const nearness = {
    psnr: new Float64Array(split.images.count),
    ssim: new Float64Array(split.images.count),
    lpips: new Float64Array(split.images.count).fill(Number.NaN),
  };
  for await (const { start, count, originals, images } of reconstructions(model, split, posteriors, tell)) {
    for (let i = 0; i < count; i++) {
      const [own, made] = [originals, images].map((all) => all.subarray(i * size, (i + 1) * size));
      nearness.psnr[start + i] = psnr(own!, made!);
      nearness.ssim[start + i] = ssim(own!, made!, image);
    }
    if (net === undefined) continue;
    const [theirs, ours] = [await net.see(originals, count, image), await net.see(images, count, image)];
    seen?.(theirs);
    for (const [i, maps] of theirs.maps.entries()) {
      if (maps.length > 0) nearness.lpips[start + i] = lpips(maps, ours.maps[i]!);
    }
  }
  return nearness;
}

export const measures = ["nats", "psnr", "ssim", "lpips"] as const;

export type PictureMeasure = Exclude<(typeof measures)[number], "nats">;

/** The same numbers, the worse the larger. Throws "usage" where the measure can't be taken. */
export function distancesBy(measure: PictureMeasure, nearness: Nearness): Float64Array {
  const values = nearness[measure];
  if (!Number.isNaN(values[0])) return measure === "lpips" ? values : values.map((value) => -value);
  const [needs, hint] =
    measure === "lpips"
      ? ["lpips needs a net that gives feature maps", "name one by `features`"]
      : ["ssim needs pictures of at least 11×11", "psnr takes any size"];
  throw new BetalabError("usage", `\`measure\`: ${needs}`, hint);
}

/**
 * Of a split: nearness of reconstructions with intervals, each image's own in a table; with a net FID and KID of draws.
 *
 * @param how `indices`: which images of a whole split these are, where they are some
 */
export async function measurePictures(
  model: TrainedModel,
  split: Split,
  posteriors: SplitPosteriors,
  {
    options,
    seed,
    indices,
    tell,
  }: { options: FeatureOptions; seed: number; indices: Uint32Array | undefined; tell: Teller },
): Promise<{ readonly pictures: PicturesRecord; readonly table: Artifact }> {
  const net = await openFeatures(options, model);
  try {
    const real: Features[] = [];
    const seen = ({ features }: Seen) => features && real.push(features);
    const nearness = await nearnessOf(model, split, posteriors, { net, seen, tell });
    const { count } = split.images;
    const names = (["psnr", "ssim", "lpips"] as const).filter((name) => !Number.isNaN(nearness[name][0]));
    const estimates = Object.fromEntries(names.map((name) => [name, interval(nearness[name])]));
    const features =
      net && real.length > 0 && (await compareSets(model, net, joined(real), { seed, tell, split }));
    const pictures = {
      images: count,
      ...estimates,
      ...(net && { net: net.description }),
      ...(features && { features }),
    } as PicturesRecord;
    const table: Artifact = {
      kind: "table",
      name: "images",
      heading: ["image", ...names.map((name) => (name === "psnr" ? "psnr_db" : name))],
      rows: Array.from({ length: count }, (_, i) => [
        indices?.[i] ?? i,
        ...names.map((name) => nearness[name][i]!),
      ]),
    };
    return { pictures, table };
  } finally {
    await net?.release();
  }
}

/** As many draws from the prior as there are images, against them. */
async function compareSets(
  model: TrainedModel,
  net: FeatureNet,
  real: Features,
  { seed, tell, split }: { seed: number; tell: Teller; split: Split },
): Promise<NonNullable<PicturesRecord["features"]>> {
  const { runtime, vae, state } = model;
  const { program } = decoderProgram(vae);
  const session = await runtime.compile(program);
  const latents = priorDraws(real.count, vae.latentDim, seed, 1, await priorOf(model));
  const made: Features[] = [];
  try {
    const stage = "looking at draws from the prior";
    for (const { start, count } of inPieces(tell, stage, real.count, rowsPerCall(vae))) {
      const data = latents.slice(start * vae.latentDim, (start + count) * vae.latentDim);
      const latent = { dtype: "float32", shape: [count, vae.latentDim], data } as const;
      // Of a conditional model the classes are the images' own.
      const label = labelFeed(vae, split.labels?.values.subarray(start, start + count));
      const { image } = await session.run({ ...state.feeds(program), latent, ...(label && { label }) });
      const { features } = await net.see(image!.data as Float32Array, count, vae.image);
      made.push(features!);
    }
  } finally {
    await session.release();
  }
  const samples = joined(made);
  return {
    samples: samples.count,
    images: real.count,
    dimensions: real.dimensions,
    fid: await frechetDistance(real, samples, tell),
    kid: await kernelDistance(real, samples, { seed, ...tell }),
  };
}

function interval(values: Float64Array): Estimate & { low: number; high: number } {
  const running = new RunningMean();
  for (const value of values) running.add(value);
  const { mean, standardError, count } = running.estimate();
  return { mean, standardError, count, low: mean - 1.96 * standardError, high: mean + 1.96 * standardError };
}

function joined(parts: readonly Features[]): Features {
  const { dimensions } = parts[0]!;
  const count = sum(parts.map((part) => part.count));
  const values = new Float32Array(count * dimensions);
  let at = 0;
  for (const part of parts) {
    values.set(part.values, at);
    at += part.values.length;
  }
  return { count, dimensions, values };
}
