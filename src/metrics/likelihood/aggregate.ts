/**
 * The exact full-data decomposition KL = MI + TC + Σ_d KL_d (Hoffman & Johnson 2016; Chen et al. 2018, equation 2):
 * the aggregate posterior q(z) is the mixture over the posteriors of *all* N images, jointly and for each latent,
 * not an estimate from a batch. Only the outer expectation over z ~ q(z) is sampled, and says how far it may be off.
 *
 * N draws × N posteriors × D latents log-densities are computed in blocks by a graph. The quadratic form is taken
 * as ((z − μ)/σ√2)², not expanded into a matrix product of [z², z, 1]: expanded, float32 loses μ²/σ²·10⁻⁷ nats to
 * cancellation, which for σ = 0.001 is everything.
 */

import { BetalabError } from "../../base/errors.ts";
import { fillNormal, permutation } from "../../base/random.ts";
import {
  add,
  concatenate,
  exp,
  input,
  max,
  multiply,
  type Program,
  slice,
  square,
  subtract,
  sum,
  type Tensor,
  type Value,
} from "../../graph/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { report, type SplitPosteriors, type Watch } from "./model.ts";
import { type Estimate, RunningMean } from "./statistics.ts";

/** All in nats; standard errors are over the draws. */
export interface Decomposition {
  /** N: posteriors in the mixture. */
  readonly images: number;
  /** Images that a z was drawn for. */
  readonly draws: number;
  /** I_q(x; z) = E[ln q(z|x) − ln q(z)], at most ln N. */
  readonly mutualInformation: Estimate;
  /** KL(q(z) ‖ Π_d q(z_d)) = E[ln q(z) − Σ_d ln q(z_d)]. */
  readonly totalCorrelation: Estimate;
  /** Σ_d KL(q(z_d) ‖ p(z_d)). */
  readonly dimensionwiseKl: Estimate;
  /** KL(q(z_d) ‖ p(z_d)) of each latent. */
  readonly dimensionwiseKlPerDimension: readonly Estimate[];
  /** The three together: E[ln q(z|x) − ln p(z)]. */
  readonly sum: Estimate;
  /** The KL that they must sum to: analytic, over the same images as the draws. */
  readonly kl: number;
  /** sum − kl, draw by draw: zero but for the luck of the draws. */
  readonly difference: Estimate;
}

export interface DecompositionOptions extends Watch {
  readonly seed: number;
  /** Images to draw a z for. Default: all, or as many as `defaultDraws` allows. */
  readonly draws?: number | undefined;
  /** Draws and posteriors in one block; the result does not depend on them beyond rounding. */
  readonly block?: { readonly rows: number; readonly columns: number } | undefined;
}

/** Largest N that is decomposed. */
export const DECOMPOSITION_LIMIT = 100_000;
/** Blocks that stay in a processor's second-level cache. */
const BLOCK = { rows: 64, columns: 1024 };
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** All N while that is below two thousand million log-densities (some ten seconds), never fewer than 2 000. */
export function defaultDraws(images: number, latentDim: number): number {
  return Math.min(images, Math.max(2000, Math.floor(2e9 / (images * latentDim))));
}

/**
 * One block. `z`, `[rows, latent]`; `mean`, `scale` = 1/(σ√2) and `peak` = −ln σ − its maximum over all
 * images, each `[latent, columns]` → `marginals`, Σ_i q(z_d|x_i) over the block's columns, `[rows, latent]`, in units
 * of the highest peak of that latent; `shift` and `total`, `[rows, 1]`, with Σ_i q(z|x_i) = total·exp(shift).
 */
function mixtureProgram(latent: number): Program {
  const z = input("z", ["rows", latent]);
  const [mean, scale, peak] = ["mean", "scale", "peak"].map((name) => input(name, [latent, "columns"]));
  const marginals: Tensor[] = [];
  let joint: Tensor | undefined;
  for (let d = 0; d < latent; d++) {
    const row = (x: Tensor) => slice(x, 0, d, d + 1);
    const distance = multiply(subtract(slice(z, 1, d, d + 1), row(mean!)), row(scale!));
    const density = subtract(row(peak!), square(distance));
    marginals.push(sum(exp(density), [1], true));
    joint = joint === undefined ? density : add(joint, density);
  }
  const shift = max(joint!, [1], true);
  return {
    name: "mixture",
    inputs: [z, mean!, scale!, peak!],
    outputs: {
      marginals: concatenate(marginals, 1),
      shift,
      total: sum(exp(subtract(joint!, shift)), [1], true),
    },
  };
}

/**
 * Decomposes the mean KL of N posteriors. Progress is in blocks.
 *
 * Throws "config" for more than `DECOMPOSITION_LIMIT` images or for draws outside 1…N.
 */
export async function decomposeKl(
  runtime: Runtime,
  posteriors: SplitPosteriors,
  options: DecompositionOptions,
): Promise<Decomposition> {
  const { count, latentDim } = posteriors;
  const { draws = defaultDraws(count, latentDim), block = BLOCK, seed } = options;
  if (count > DECOMPOSITION_LIMIT) {
    throw new BetalabError(
      "config",
      `${count} images: the exact decomposition takes at most ${DECOMPOSITION_LIMIT}`,
    );
  }
  if (!(Number.isInteger(draws) && draws >= 1 && draws <= count)) {
    throw new BetalabError("config", `draws: ${draws} is not a whole number from 1 to ${count}`);
  }
  const drawn = draw(posteriors, draws, seed);
  const mixture = await mixtureLogDensities(runtime, posteriors, drawn.z, block, options);
  return summarise(posteriors, drawn, mixture);
}

interface Draws {
  /** The image of each draw. */
  readonly images: Uint32Array;
  /** `[draws, latent]`. */
  readonly z: Float32Array;
  /** ln q(z_d|x) under the image's own posterior, `[draws, latent]`. */
  readonly ownLogDensity: Float64Array;
}

/** One z from the posteriors of `count` images, chosen without replacement; noise by image. */
function draw({ count, latentDim, mean, logVariance }: SplitPosteriors, draws: number, seed: number): Draws {
  const images = permutation(count, { seed, stream: "aggregate-images" }).slice(0, draws);
  const z = new Float32Array(draws * latentDim);
  const ownLogDensity = new Float64Array(draws * latentDim);
  const noise = new Float64Array(latentDim);
  for (const [row, image] of images.entries()) {
    fillNormal(noise, { seed, stream: "aggregate", step: image });
    for (let d = 0; d < latentDim; d++) {
      const at = image * latentDim + d;
      const logSigma = 0.5 * logVariance[at]!;
      z[row * latentDim + d] = mean[at]! + Math.exp(logSigma) * noise[d]!;
      // Of the z that float32 holds, not of the noise: the mixture sees that one too.
      const distance = (z[row * latentDim + d]! - mean[at]!) * Math.exp(-logSigma);
      ownLogDensity[row * latentDim + d] = -0.5 * distance ** 2 - logSigma - HALF_LOG_TWO_PI;
    }
  }
  return { images, z, ownLogDensity };
}

interface MixtureDensities {
  /** ln q(z), `[draws]`. */
  readonly joint: Float64Array;
  /** ln q(z_d), `[draws, latent]`. */
  readonly marginals: Float64Array;
}

async function mixtureLogDensities(
  runtime: Runtime,
  posteriors: SplitPosteriors,
  z: Float32Array,
  block: { readonly rows: number; readonly columns: number },
  watch: Watch,
): Promise<MixtureDensities> {
  const { count, latentDim } = posteriors;
  const draws = z.length / latentDim;
  const highest = highestPeaks(posteriors);
  const marginals = new Float64Array(draws * latentDim);
  const joint = {
    shift: new Float64Array(draws).fill(Number.NEGATIVE_INFINITY),
    total: new Float64Array(draws),
  };
  const session = await runtime.compile(mixtureProgram(latentDim));
  const rowBlocks = Math.ceil(draws / block.rows);
  const blocks = rowBlocks * Math.ceil(count / block.columns);
  let done = 0;
  try {
    for (let from = 0; from < count; from += block.columns) {
      const columns = columnTensors(posteriors, from, Math.min(block.columns, count - from), highest);
      for (let start = 0; start < draws; start += block.rows) {
        report(watch, done++, blocks);
        const rows = Math.min(block.rows, draws - start);
        const data = z.slice(start * latentDim, (start + rows) * latentDim);
        const result = await session.run({
          ...columns,
          z: { dtype: "float32", shape: [rows, latentDim], data },
        });
        const sums = result.marginals!.data as Float32Array;
        for (let i = 0; i < sums.length; i++) marginals[start * latentDim + i]! += sums[i]!;
        mergeJoint(joint, start, result.shift!.data as Float32Array, result.total!.data as Float32Array);
      }
    }
    report(watch, blocks, blocks);
  } finally {
    await session.release();
  }
  const logCount = Math.log(count);
  const jointShift = highest.reduce((total, one) => total + one, 0) - latentDim * HALF_LOG_TWO_PI - logCount;
  return {
    joint: joint.shift.map((shift, row) => shift + Math.log(joint.total[row]!) + jointShift),
    marginals: marginals.map(
      (total, i) => Math.log(total) + highest[i % latentDim]! - HALF_LOG_TWO_PI - logCount,
    ),
  };
}

/** The highest −ln σ of each latent: exponents relative to it never overflow, and no draw's own one underflows. */
function highestPeaks({ count, latentDim, logVariance }: SplitPosteriors): Float64Array {
  const highest = new Float64Array(latentDim).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < count * latentDim; i++) {
    highest[i % latentDim] = Math.max(highest[i % latentDim]!, -0.5 * logVariance[i]!);
  }
  return highest;
}

/** The posteriors `from` … `from + columns − 1`, one column each. */
function columnTensors(
  { latentDim, mean, logVariance }: SplitPosteriors,
  from: number,
  columns: number,
  highest: Float64Array,
): Record<string, Value> {
  const column = (value: (at: number, d: number) => number): Value => {
    const data = new Float32Array(latentDim * columns);
    for (let d = 0; d < latentDim; d++) {
      for (let i = 0; i < columns; i++) data[d * columns + i] = value((from + i) * latentDim + d, d);
    }
    return { dtype: "float32", shape: [latentDim, columns], data };
  };
  return {
    mean: column((at) => mean[at]!),
    scale: column((at) => Math.exp(-0.5 * logVariance[at]!) * Math.SQRT1_2),
    peak: column((at, d) => -0.5 * logVariance[at]! - highest[d]!),
  };
}

/** Adds a block's sums, each total·exp(shift), to those of the blocks before. */
function mergeJoint(
  joint: { readonly shift: Float64Array; readonly total: Float64Array },
  start: number,
  shift: Float32Array,
  total: Float32Array,
): void {
  for (let i = 0; i < shift.length; i++) {
    const row = start + i;
    const [before, after] = [joint.shift[row]!, Math.max(joint.shift[row]!, shift[i]!)];
    joint.total[row] = joint.total[row]! * Math.exp(before - after) + total[i]! * Math.exp(shift[i]! - after);
    joint.shift[row] = after;
  }
}

function summarise(
  posteriors: SplitPosteriors,
  { images, z, ownLogDensity }: Draws,
  mixture: MixtureDensities,
): Decomposition {
  const { count, latentDim } = posteriors;
  const [mutualInformation, totalCorrelation, dimensionwise, total, difference, analytic] = Array.from(
    { length: 6 },
    () => new RunningMean(),
  ) as [RunningMean, RunningMean, RunningMean, RunningMean, RunningMean, RunningMean];
  const perDimension = Array.from({ length: latentDim }, () => new RunningMean());
  const logCount = Math.log(count);
  for (const [row, image] of images.entries()) {
    let [own, product, prior] = [0, 0, 0];
    for (let d = 0; d < latentDim; d++) {
      const at = row * latentDim + d;
      const logPrior = -0.5 * z[at]! ** 2 - HALF_LOG_TWO_PI;
      // The mixture holds the draw's own posterior, so this bound is exact; it matters only where float32 underflowed.
      const marginal = Math.max(mixture.marginals[at]!, ownLogDensity[at]! - logCount);
      perDimension[d]!.add(marginal - logPrior);
      own += ownLogDensity[at]!;
      product += marginal;
      prior += logPrior;
    }
    const joint = Math.max(mixture.joint[row]!, own - logCount);
    mutualInformation.add(own - joint);
    totalCorrelation.add(joint - product);
    dimensionwise.add(product - prior);
    total.add(own - prior);
    analytic.add(posteriors.kl[image]!);
    difference.add(own - prior - posteriors.kl[image]!);
  }
  return {
    images: count,
    draws: images.length,
    mutualInformation: mutualInformation.estimate(),
    totalCorrelation: totalCorrelation.estimate(),
    dimensionwiseKl: dimensionwise.estimate(),
    dimensionwiseKlPerDimension: perDimension.map((one) => one.estimate()),
    sum: total.estimate(),
    kl: analytic.mean,
    difference: difference.estimate(),
  };
}
