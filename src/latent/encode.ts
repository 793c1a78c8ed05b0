/** From images to posteriors: every encoding of images outside of training goes through here, in chunks of one rule. */

import { BetalabError } from "../base/errors.ts";
import { endToEnd } from "../base/lists.ts";
import { inPieces, type Watch } from "../base/progress.ts";
import type { Labels, Split } from "../data/index.ts";
import { input, type Program, type Tensor, type Value } from "../graph/index.ts";
import { fillOneHot, formatImage, rowsPerCall, type Vae } from "../models/index.ts";
import { klToStandardNormal, StateContext } from "../nn/index.ts";
import type { Runtime, Session } from "../runtime/index.ts";
import type { State } from "../training/index.ts";

/** A trained model and the machine that runs it. */
export interface TrainedModel {
  readonly runtime: Runtime;
  readonly vae: Vae;
  readonly state: State;
}

/** Posteriors of images, row-major `[count, latent]`. */
export interface Posteriors {
  readonly count: number;
  readonly mean: Float32Array;
  readonly logVariance: Float32Array;
}

/** `first`'s images before `second`'s. */
export function joinPosteriors(first: Posteriors, second: Posteriors): Posteriors {
  return {
    count: first.count + second.count,
    mean: endToEnd(first.mean, second.mean),
    logVariance: endToEnd(first.logVariance, second.logVariance),
  };
}

/** The posteriors of a split, and what they cost. */
export interface SplitPosteriors extends Posteriors {
  readonly latentDim: number;
  /** KL(q(z|x) ‖ N(0, I)) of each image, whatever the prior, in nats: `[count]`. */
  readonly kl: Float64Array;
  /** Mean over the images, in nats: `[latent]`. */
  readonly klPerDimension: readonly number[];
}

/**
 * `pixels`, uint8 `[batch, height, width, channel]`, and `label` for a conditional model → `mean`, `logVariance`,
 * `klPerDimension`, each `[batch, latent]`.
 */
export function posteriorProgram(vae: Vae): Program {
  const context = new StateContext("infer");
  const { pixels, label, inputs } = imageInputs(vae);
  const posterior = vae.encode(context, vae.scale(pixels), label);
  return {
    name: "posteriors",
    inputs: [...context.tensors().values(), ...inputs],
    outputs: { ...posterior, klPerDimension: klToStandardNormal(posterior) },
  };
}

/** Encodes every image of a split, reading it chunk by chunk. Progress is in images. Throws as `imageFeeds` does. */
export async function encodeSplit(
  { runtime, vae, state }: TrainedModel,
  split: Split,
  watch: Watch = {},
): Promise<SplitPosteriors> {
  const session = await runtime.compile(posteriorProgram(vae));
  try {
    return await encodeWith(session, vae, state, split, watch);
  } finally {
    await session.release();
  }
}

/** The same with a session of `posteriorProgram(vae)`. */
export async function encodeWith(
  session: Session,
  vae: Vae,
  state: State,
  split: Split,
  watch: Watch = {},
): Promise<SplitPosteriors> {
  const { latentDim } = vae;
  const total = split.images.count;
  const weights = state.feeds(posteriorProgram(vae));
  const mean = new Float32Array(total * latentDim);
  const logVariance = new Float32Array(total * latentDim);
  const kl = new Float64Array(total);
  const sums = new Float64Array(latentDim);
  for (const { start, count } of inPieces(watch, "encoding images", total, rowsPerCall(vae))) {
    const result = await session.run({ ...weights, ...imageFeeds(vae, split, start, count) });
    mean.set(result.mean!.data as Float32Array, start * latentDim);
    logVariance.set(result.logVariance!.data as Float32Array, start * latentDim);
    for (const [i, value] of (result.klPerDimension!.data as Float32Array).entries()) {
      kl[start + Math.floor(i / latentDim)]! += value;
      sums[i % latentDim]! += value;
    }
  }
  const klPerDimension = Array.from(sums, (sum) => sum / total);
  return { count: total, latentDim, mean, logVariance, kl, klPerDimension };
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
 * Throws "data" when the images are of another size than the model's, or when it is conditional and they have no labels
 * or those of other classes.
 */
export function imageFeeds(
  vae: Vae,
  { images, labels }: Split,
  start: number,
  count: number,
): { pixels: Value<"uint8">; label?: Value<"float32"> } {
  const { height, width, channels } = vae.image;
  if (images.height !== height || images.width !== width || images.channels !== channels) {
    throw new BetalabError(
      "data",
      `the model takes images of ${formatImage(vae.image)}, not ${formatImage(images)}`,
      "use the data that it was trained on, or other data of that size",
    );
  }
  checkClasses(vae, labels);
  const data = new Uint8Array(count * height * width * channels);
  images.read(
    Uint32Array.from({ length: count }, (_, i) => start + i),
    data,
  );
  const pixels: Value<"uint8"> = { dtype: "uint8", shape: [count, height, width, channels], data };
  const label = labelFeed(vae, labels?.values.subarray(start, start + count));
  return { pixels, ...(label && { label }) };
}

/** The same index must be the same class; data of some of the classes, or of more, numbers them otherwise. */
function checkClasses({ classes }: Vae, labels: Labels | undefined): void {
  if (classes === undefined || labels === undefined || labels.names.join() === classes.join()) return;
  throw new BetalabError(
    "data",
    `the model is conditional on ${classes.join(", ")}, but these images are of the classes ${labels.names.join(", ")}`,
    "it needs images of the classes that it was trained on, all of them",
  );
}

/**
 * Classes of images, as indices, one-hot: `[count, classes]`; nothing for a model that is not conditional.
 *
 * Throws "data" when the model is conditional and there are no classes, or one that it does not know.
 */
export function labelFeed(vae: Vae, classes: Int32Array | undefined): Value<"float32"> | undefined {
  const names = vae.classes;
  if (names === undefined) return undefined;
  if (classes === undefined) {
    throw new BetalabError(
      "data",
      "the model is conditional, but these images have no labels",
      `it needs the class of every image, one of: ${names.join(", ")}`,
    );
  }
  const unknown = classes.find((one) => names[one] === undefined);
  if (unknown !== undefined) {
    const known = `the model knows 0 to ${names.length - 1}: ${names.join(", ")}`;
    throw new BetalabError("data", `there is no class with the index ${unknown}`, known);
  }
  const data = new Float32Array(classes.length * names.length);
  fillOneHot(data, classes);
  return { dtype: "float32", shape: [classes.length, names.length], data };
}
