/** What the likelihood metrics are given, and the posteriors of a whole split that most of them start from. */

import { BetalabError } from "../../base/errors.ts";
import type { Split } from "../../data/index.ts";
import { input, type Program, type Tensor, type Value } from "../../graph/index.ts";
import type { Posteriors } from "../../latent/index.ts";
import type { Vae } from "../../models/index.ts";
import { klToStandardNormal, StateContext } from "../../nn/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { fillOneHot, type State } from "../../training/index.ts";

/** A trained model and the machine that runs it. */
export interface MeasuredModel {
  readonly runtime: Runtime;
  readonly vae: Vae;
  readonly state: State;
}

/** How a long computation is watched and stopped. */
export interface Watch {
  /** Throws "interrupted" from the computation soon after it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Told often; units are the computation's own. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Called between two calls of a session. Throws "interrupted" when the person has had enough. */
export function report({ signal, onProgress }: Watch, done: number, total: number): void {
  if (signal?.aborted) throw new BetalabError("interrupted", "stopped while evaluating");
  onProgress?.(done, total);
}

/** The posteriors of a split, and what they cost. */
export interface SplitPosteriors extends Posteriors {
  readonly latentDim: number;
  /** KL(q(z|x) ‖ p(z)) of each image, in nats: `[count]`. */
  readonly kl: Float64Array;
  /** Mean over the images, in nats: `[latent]`. */
  readonly klPerDimension: readonly number[];
}

/**
 * `pixels`, uint8 `[batch, height, width, channel]`, and `label` for a conditional model → `mean`, `logVariance`,
 * `klPerDimension`, each `[batch, latent]`.
 */
function posteriorProgram(vae: Vae): Program {
  const context = new StateContext("infer");
  const { pixels, label, inputs } = imageInputs(vae);
  const posterior = vae.encode(context, vae.scale(pixels), label);
  return {
    name: "posteriors",
    inputs: [...context.tensors().values(), ...inputs],
    outputs: { ...posterior, klPerDimension: klToStandardNormal(posterior) },
  };
}

/** Encodes every image, in chunks. Progress is in images. */
export async function encodeSplit(
  { runtime, vae, state }: MeasuredModel,
  split: Split,
  watch: Watch = {},
): Promise<SplitPosteriors> {
  const latent = vae.latentDim;
  const total = split.images.count;
  const program = posteriorProgram(vae);
  const session = await runtime.compile(program);
  const weights = state.feeds(program);
  const mean = new Float32Array(total * latent);
  const logVariance = new Float32Array(total * latent);
  const kl = new Float64Array(total);
  const sums = new Float64Array(latent);
  const chunk = rowsPerCall(vae);
  try {
    for (let start = 0; start < total; start += chunk) {
      report(watch, start, total);
      const count = Math.min(chunk, total - start);
      const result = await session.run({ ...weights, ...imageFeeds(vae, split, start, count) });
      mean.set(result.mean!.data as Float32Array, start * latent);
      logVariance.set(result.logVariance!.data as Float32Array, start * latent);
      for (const [i, value] of (result.klPerDimension!.data as Float32Array).entries()) {
        kl[start + Math.floor(i / latent)]! += value;
        sums[i % latent]! += value;
      }
    }
    report(watch, total, total);
  } finally {
    await session.release();
  }
  const klPerDimension = Array.from(sums, (sum) => sum / total);
  return { count: total, latentDim: latent, mean, logVariance, kl, klPerDimension };
}

/** Images that one call takes: enough to keep the cores busy, few enough that it is over in a moment. */
export function rowsPerCall({ image: { height, width, channels } }: Vae): number {
  return Math.min(512, Math.max(32, Math.floor(400_000 / (height * width * channels))));
}

/** The inputs of a program that takes images: `pixels`, and `label` where the model is conditional. */
export function imageInputs(vae: Vae): { pixels: Tensor; label: Tensor | undefined; inputs: Tensor[] } {
  const { height, width, channels } = vae.image;
  const pixels = input("pixels", ["batch", height, width, channels], "uint8");
  const label = vae.labelInput("batch");
  return { pixels, label, inputs: label === undefined ? [pixels] : [pixels, label] };
}

/**
 * `count` images from `start` on for those inputs.
 *
 * Throws "data" when the model is conditional and the images have no labels.
 */
export function imageFeeds(
  vae: Vae,
  { images, labels }: Split,
  start: number,
  count: number,
): { pixels: Value<"uint8">; label?: Value<"float32"> } {
  const { height, width, channels } = images;
  const data = new Uint8Array(count * height * width * channels);
  images.read(
    Uint32Array.from({ length: count }, (_, i) => start + i),
    data,
  );
  const pixels: Value<"uint8"> = { dtype: "uint8", shape: [count, height, width, channels], data };
  if (vae.classes === undefined) return { pixels };
  if (labels === undefined) {
    throw new BetalabError("data", "the model is conditional, but these images have no labels");
  }
  const classes = vae.classes.length;
  const oneHot = new Float32Array(count * classes);
  fillOneHot(oneHot, labels.values.subarray(start, start + count));
  return { pixels, label: { dtype: "float32", shape: [count, classes], data: oneHot } };
}

/** Row `rows[i]` of a value as row i. */
export function takeRows<D extends "uint8" | "float32">(value: Value<D>, rows: readonly number[]): Value<D> {
  const [count, ...rest] = value.shape as [number, ...number[]];
  const size = value.data.length / count;
  const data =
    value.dtype === "uint8" ? new Uint8Array(rows.length * size) : new Float32Array(rows.length * size);
  for (const [to, from] of rows.entries())
    data.set(value.data.subarray(from * size, (from + 1) * size), to * size);
  return { dtype: value.dtype, shape: [rows.length, ...rest], data: data as Value<D>["data"] };
}
