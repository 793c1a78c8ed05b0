/**
 * The exact full-data decomposition KL = MI + TC + Σ_d KL_d (Hoffman & Johnson 2016; Chen et al. 2018, equation 2):
 * the aggregate posterior q(z) is the mixture over the posteriors of *all* N images, jointly and for each latent,
 * not an estimate from a batch. Only the outer expectation over z ~ q(z) is sampled, and says how far it may be off.
 */

import { BetalabError } from "../../base/errors.ts";
import { fillNormal, permutation } from "../../base/random.ts";
import type { Runtime } from "../../runtime/index.ts";
import { type Block, HALF_LOG_TWO_PI, type MixtureDensities, mixtureLogDensities } from "./mixture.ts";
import type { SplitPosteriors, Watch } from "./model.ts";
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
  readonly block?: Block | undefined;
}

/** Largest N that is decomposed. */
export const DECOMPOSITION_LIMIT = 100_000;

/** All N while that is below two thousand million log-densities (some ten seconds), never fewer than 2 000. */
export function defaultDraws(images: number, latentDim: number): number {
  return Math.min(images, Math.max(2000, Math.floor(2e9 / (images * latentDim))));
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
  const { draws = defaultDraws(count, latentDim), seed } = options;
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
  const mixture = await mixtureLogDensities(runtime, posteriors, drawn.z, options);
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
