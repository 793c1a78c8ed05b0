/**
 * The negative log-likelihood by importance sampling from the posterior (Burda et al. 2016), and
 * the ELBO's terms from the same samples. Rows (image, sample) go through the decoder in chunks, in order, so
 * memory stays flat whatever the number of samples; an image is encoded once.
 */

import { BetalabError } from "../../base/errors.ts";
import { takeRows } from "../../base/linear-algebra.ts";
import { inPieces, type Watch } from "../../base/progress.ts";
import { fillNormal, fillUniform } from "../../base/random.ts";
import type { Split } from "../../data/index.ts";
import {
  add,
  constant,
  input,
  multiply,
  negate,
  type Program,
  square,
  sum,
  type Value,
} from "../../graph/index.ts";
import { imageFeeds, imageInputs, type SplitPosteriors, type TrainedModel } from "../../latent/index.ts";
import { rowsPerCall, type Vae } from "../../models/index.ts";
import { reparameterize, StateContext } from "../../nn/index.ts";

import type { EvaluationRecord } from "../../runs/web.ts";
import { LogSum, RunningMean } from "./statistics.ts";

/** All in nats per image; standard errors are over the images. */
export type ImportanceEstimate = EvaluationRecord["importance"];

export interface ImportanceOptions extends Watch {
  readonly samples: number;
  readonly seed: number;
  /**
   * Weighs (level + u)/256 instead of the pixels level/255, u uniform on [0, 1), drawn once for each image: the mean of
   * −ln p + D·ln 256 over D-dimensional images is then an upper bound of −ln P of the stored levels (Theis et al. 2016). Default: false.
   */
  readonly dequantise?: boolean | undefined;
  /** Rows (image, sample) of one call; the result does not depend on it beyond rounding. */
  readonly rows?: number | undefined;
}

/** Sample s of image i has the stream's step i·2²⁰ + s: its noise depends on nothing else. */
const SAMPLES_LIMIT = 2 ** 20;
/** Burda's k = 1, 5, 50, continued. */
const GROUP_SIZES = [1, 5, 50, 500, 5000, 50_000];

/**
 * `pixels`, uint8 `[batch, height, width, channel]` (float32 in [0, 1], dequantised), and `label` for a conditional model; `mean`, `logVariance` and `noise`, `[batch, latent]` →
 * `reconstruction`, −ln p(x|z), and `logWeight`, ln p(x, z) − ln q(z|x): each `[batch]`.
 */
function weightProgram(vae: Vae, dequantise: boolean): Program {
  const [mean, logVariance, noise] = (["mean", "logVariance", "noise"] as const).map((name) =>
    input(name, ["batch", vae.latentDim]),
  );
  const context = new StateContext("infer");
  const { pixels: levels, label } = imageInputs(vae);
  const pixels = dequantise ? input("pixels", levels.shape) : levels;
  const z = reparameterize({ mean: mean!, logVariance: logVariance! }, noise!);
  const reconstruction = vae.weigh(context, dequantise ? pixels : vae.scale(pixels), z, label);
  // −ln q(z|x) but for the normalisers ½ ln 2π: with (z − μ)/σ = ε.
  const posterior = multiply(sum(add(square(noise!), logVariance!), [1]), constant(0.5));
  // In ln p(z) − ln q(z|x) they cancel where the prior has them too, and are no more than its own.
  const prior = vae.hasStandardPrior
    ? multiply(sum(square(z), [1]), constant(-0.5))
    : add(vae.logPrior(context, z), constant((vae.latentDim * Math.log(2 * Math.PI)) / 2));
  const priorOverPosterior = add(posterior, prior);
  return {
    name: "importanceWeights",
    inputs: [...context.tensors().values(), pixels, ...(label ? [label] : []), mean!, logVariance!, noise!],
    outputs: { reconstruction, logWeight: add(negate(reconstruction), priorOverPosterior) },
  };
}

/**
 * Weighs `samples` draws of the posterior of each image. Progress is in rows, images × samples.
 *
 * Throws "config" for a number of samples that is not in 1…2²⁰, "interrupted" when stopped.
 */
export async function importanceSampling(
  { runtime, vae, state }: TrainedModel,
  split: Split,
  posteriors: SplitPosteriors,
  options: ImportanceOptions,
): Promise<ImportanceEstimate> {
  const { samples, seed, dequantise = false, rows = rowsPerCall(vae) } = options;
  if (!(Number.isInteger(samples) && samples >= 1 && samples <= SAMPLES_LIMIT)) {
    throw new BetalabError("config", `samples: ${samples} is not a whole number from 1 to ${SAMPLES_LIMIT}`);
  }
  const latent = vae.latentDim;
  const program = weightProgram(vae, dequantise);
  const session = await runtime.compile(program);
  const weights = state.feeds(program);
  const tally = new Tally(samples, vae.hasStandardPrior ? posteriors.kl : undefined);
  const total = split.images.count * samples;
  try {
    for (const { start, count } of inPieces(options, "importance sampling", total, rows)) {
      const imageOf = Array.from({ length: count }, (_, row) => Math.floor((start + row) / samples));
      const first = imageOf[0]!;
      const { pixels, label } = imageFeeds(vae, split, first, imageOf.at(-1)! - first + 1);
      const source = imageOf.map((image) => image - first);
      const noise = new Float32Array(count * latent);
      for (const [row, image] of imageOf.entries()) {
        const step = image * SAMPLES_LIMIT + ((start + row) % samples);
        const into = noise.subarray(row * latent, (row + 1) * latent);
        fillNormal(into, { seed, stream: "importance", step });
      }
      const perLatent = (data: Float32Array) => ({ dtype: "float32", shape: [count, latent], data }) as const;
      const result = await session.run({
        ...weights,
        pixels: rowsOf(dequantise ? dequantised(pixels, first, seed) : pixels, source),
        ...(label && { label: rowsOf(label, source) }),
        mean: perLatent(takeRows(posteriors.mean, latent, imageOf)),
        logVariance: perLatent(takeRows(posteriors.logVariance, latent, imageOf)),
        noise: perLatent(noise),
      });
      tally.add(result.reconstruction!.data as Float32Array, result.logWeight!.data as Float32Array);
    }
  } finally {
    await session.release();
  }
  return tally.result();
}

/** Levels as numbers in [0, 1) with uniform noise of a level's width; image i of the split has noise of its own. */
function dequantised({ shape, data }: Value<"uint8">, first: number, seed: number): Value<"float32"> {
  const size = data.length / shape[0]!;
  const noise = new Float64Array(size);
  const values = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    if (i % size === 0) fillUniform(noise, { seed, stream: "dequantise", step: first + i / size });
    values[i] = (data[i]! + noise[i % size]!) / 256;
  }
  return { dtype: "float32", shape, data: values };
}

/** Takes rows in order, image after image; keeps sums only. */
class Tally {
  readonly #samples: number;
  /** Known in closed form. */
  readonly #klPerImage: Float64Array | undefined;
  readonly #groups: readonly GroupedBound[];
  readonly #squares = new LogSum();
  readonly #means = {
    negativeElbo: new RunningMean(),
    reconstruction: new RunningMean(),
    kl: new RunningMean(),
    effectiveSamples: new RunningMean(),
  };
  #image = 0;
  #sample = 0;
  #reconstruction = 0;
  #logWeights = 0;

  constructor(samples: number, klPerImage: Float64Array | undefined) {
    this.#samples = samples;
    this.#klPerImage = klPerImage;
    const sizes = [...GROUP_SIZES.filter((size) => size < samples), samples];
    this.#groups = sizes.map((size) => new GroupedBound(size));
  }

  add(reconstruction: Float32Array, logWeight: Float32Array): void {
    for (let row = 0; row < logWeight.length; row++) {
      this.#reconstruction += reconstruction[row]!;
      this.#logWeights += logWeight[row]!;
      for (const group of this.#groups) group.add(logWeight[row]!);
      this.#squares.add(2 * logWeight[row]!);
      if (++this.#sample === this.#samples) this.#endImage();
    }
  }

  #endImage(): void {
    const reconstruction = this.#reconstruction / this.#samples;
    const sampled = -this.#logWeights / this.#samples - reconstruction;
    const kl = this.#klPerImage?.[this.#image] ?? sampled;
    this.#means.reconstruction.add(reconstruction);
    this.#means.kl.add(kl);
    this.#means.negativeElbo.add(reconstruction + kl);
    const bounds = this.#groups.map((group) => group.endImage());
    const logTotal = Math.log(this.#samples) - bounds.at(-1)!;
    this.#means.effectiveSamples.add(Math.exp(2 * logTotal - this.#squares.value));
    this.#squares.reset();
    this.#reconstruction = 0;
    this.#logWeights = 0;
    this.#sample = 0;
    this.#image++;
  }

  result(): ImportanceEstimate {
    const { negativeElbo, reconstruction, kl, effectiveSamples } = this.#means;
    const bySamples = this.#groups.map((group) => ({
      samples: group.size,
      negativeLogLikelihood: group.means.estimate(),
    }));
    return {
      samples: this.#samples,
      negativeElbo: negativeElbo.estimate(),
      reconstruction: reconstruction.estimate(),
      kl: kl.estimate(),
      negativeLogLikelihood: bySamples.at(-1)!.negativeLogLikelihood,
      bySamples,
      effectiveSamples: effectiveSamples.estimate(),
    };
  }
}

/** The bound with `size` samples: each image's mean over its disjoint groups; an incomplete last one is left out. */
class GroupedBound {
  readonly size: number;
  /** Over the images. */
  readonly means: RunningMean = new RunningMean();
  readonly #weights = new LogSum();
  #filled = 0;
  #groups = 0;
  #total = 0;

  constructor(size: number) {
    this.size = size;
  }

  add(logWeight: number): void {
    this.#weights.add(logWeight);
    if (++this.#filled < this.size) return;
    this.#total += Math.log(this.size) - this.#weights.value;
    this.#groups++;
    this.#filled = 0;
    this.#weights.reset();
  }

  endImage(): number {
    const bound = this.#total / this.#groups;
    this.means.add(bound);
    this.#total = 0;
    this.#groups = 0;
    this.#filled = 0;
    this.#weights.reset();
    return bound;
  }
}

/** Row `rows[i]` of a value as row i. */
function rowsOf<D extends "uint8" | "float32">(value: Value<D>, rows: readonly number[]): Value<D> {
  const [count, ...rest] = value.shape as [number, ...number[]];
  const data = takeRows(value.data as Uint8Array | Float32Array, value.data.length / count, rows);
  return { dtype: value.dtype, shape: [rows.length, ...rest], data: data as Value<D>["data"] };
}
