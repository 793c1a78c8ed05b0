/**
 * The posteriors of images, encoded once for every job: a run keeps them, by split, weights and data, in
 * `cache/posteriors-SPLIT.safetensors`. What one job encoded the next one reads.
 */

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { makeFolder, writeFileAtomic } from "../base/disk.ts";
import { BetalabError } from "../base/errors.ts";
import { takeRows } from "../base/linear-algebra.ts";
import type { Watch } from "../base/progress.ts";
import { decodeSafetensors, encodeSafetensors } from "../base/safetensors.ts";
import { type Dataset, selectSplit } from "../data/index.ts";
import {
  encodeSplit,
  joinPosteriors,
  klPerDimension,
  type Posteriors,
  type SplitPosteriors,
} from "../latent/index.ts";
import { type OpenModel, trainedModel } from "./open-model.ts";

/** First 16 hexadecimal digits of the SHA-256 of the weights, names and values. */
export function weightsHash({ state }: Pick<OpenModel, "state">): string {
  const sha = createHash("sha256");
  for (const { name } of state.specs) sha.update(name).update(state.get(name));
  return sha.digest("hex").slice(0, 16);
}

/**
 * The posteriors of a split's images: of all, or of those at `indices`, in that order. Only images that no job has
 * encoded with these weights are encoded. Throws as encoding does.
 */
export async function posteriorsOf(
  opened: OpenModel,
  data: Dataset,
  split: "train" | "heldOut",
  { indices, ...watch }: Watch & { readonly indices?: Uint32Array | undefined } = {},
): Promise<SplitPosteriors> {
  const { images } = data[split];
  const wanted = indices ?? Uint32Array.from({ length: images.count }, (_, i) => i);
  const { latentDim } = opened.vae;
  const file = opened.run?.in("cache", `posteriors-${split}.safetensors`);
  const key = { weights: weightsHash(opened), data: data.fingerprint, images: String(images.count) };
  const known = (file === undefined ? undefined : readPosteriors(file, key)) ?? nothing;
  const rowOf = new Map(Array.from(known.indices, (image, row) => [image, row]));
  const missing = wanted.filter((image) => !rowOf.has(image));
  let all = known;
  if (missing.length > 0) {
    const encoded = await encodeSplit(await trainedModel(opened), selectSplit(data[split], missing), watch);
    all = { ...joinPosteriors(known, encoded), indices: Uint32Array.from([...known.indices, ...missing]) };
    for (const [i, image] of missing.entries()) rowOf.set(image, known.indices.length + i);
    if (file) keep(file, key, all, latentDim);
  }
  const rows = wanted.map((image) => rowOf.get(image)!);
  const [mean, logVariance] = [all.mean, all.logVariance].map((table) => takeRows(table, latentDim, rows));
  return summed({ count: wanted.length, mean: mean!, logVariance: logVariance! }, latentDim);
}

/** With what they cost, each image and each latent. */
function summed(posteriors: Posteriors, latentDim: number): SplitPosteriors {
  const nats = klPerDimension(posteriors);
  const kl = new Float64Array(posteriors.count);
  const sums = new Array<number>(latentDim).fill(0);
  for (const [i, value] of nats.entries()) {
    kl[Math.floor(i / latentDim)]! += value;
    sums[i % latentDim]! += value;
  }
  return { ...posteriors, latentDim, kl, klPerDimension: sums.map((sum) => sum / posteriors.count) };
}

interface Kept extends Posteriors {
  readonly indices: Uint32Array;
}

const nothing: Kept = {
  count: 0,
  indices: new Uint32Array(),
  mean: new Float32Array(),
  logVariance: new Float32Array(),
};

/** What the file holds of these weights and data; a file of others, or a damaged one, is as good as none. */
function readPosteriors(file: string, key: Readonly<Record<string, string>>): Kept | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const { tensors, metadata } = decodeSafetensors(readFileSync(file), file);
    if (Object.entries(key).some(([name, value]) => metadata[name] !== value)) return undefined;
    const { indices, mean, logVariance } = tensors;
    if (indices?.dtype !== "U32" || mean?.dtype !== "F32" || logVariance?.dtype !== "F32") return undefined;
    return {
      count: indices.data.length,
      indices: indices.data,
      mean: mean.data,
      logVariance: logVariance.data,
    };
  } catch (error) {
    if (error instanceof BetalabError) return undefined;
    throw error;
  }
}

/** A run that can't be written to is looked at all the same. */
function keep(file: string, key: Readonly<Record<string, string>>, all: Kept, latentDim: number): void {
  const shape = [all.indices.length, latentDim];
  const bytes = encodeSafetensors(
    {
      indices: { dtype: "U32", shape: [all.indices.length], data: all.indices },
      mean: { dtype: "F32", shape, data: all.mean },
      logVariance: { dtype: "F32", shape, data: all.logVariance },
    },
    key,
  );
  try {
    makeFolder(file.replace(/[^/\\]*$/, ""));
    writeFileAtomic(file, bytes);
  } catch (error) {
    if (!(error instanceof BetalabError)) throw error;
  }
}
