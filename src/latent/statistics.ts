/**
 * What posteriors say about the latent space as a whole: the moments of the aggregate posterior, how many nats each
 * dimension carries, which of them are in use. Over the images given, so over the held-out split when those are.
 */

import { input, interpret } from "../graph/index.ts";
import { klToStandardNormal } from "../nn/index.ts";
import type { Posteriors } from "./encode.ts";

/** Of each latent dimension: `[latent]`. */
export interface LatentStatistics {
  /** Mean and standard deviation of the aggregate posterior q(z) = mean over images of q(z|x). */
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
  /** Smallest and largest posterior mean. */
  readonly minimum: Float64Array;
  readonly maximum: Float64Array;
  /** KL(q(z|x) ‖ N(0, 1)), averaged over images, in nats per image. */
  readonly kl: Float64Array;
  /** Variance of the posterior mean over images, divided by their number − 1: NaN of one image; see `isActiveUnit`. */
  readonly meanVariance: Float64Array;
}

/** Variance of the posterior mean from which a unit counts as active: Burda et al. 2016, "Importance Weighted Autoencoders". */
export const activityThreshold = 0.01;

export const isActiveUnit = (variance: number): boolean => variance >= activityThreshold;

/** A single image does not vary: of it nothing is known of that. */
export const isActivityKnown = ({ meanVariance }: Pick<LatentStatistics, "meanVariance">): boolean =>
  !meanVariance.some(Number.isNaN);

export function latentStatistics({ count, mean, logVariance }: Posteriors): LatentStatistics {
  const latent = mean.length / count;
  const empty = (value = 0): Float64Array => new Float64Array(latent).fill(value);
  const statistics = {
    mean: empty(),
    deviation: empty(),
    minimum: empty(Number.POSITIVE_INFINITY),
    maximum: empty(Number.NEGATIVE_INFINITY),
    kl: empty(),
    meanVariance: empty(),
  };
  const kl = klPerDimension({ count, mean, logVariance });
  for (let i = 0; i < mean.length; i++) {
    const d = i % latent;
    statistics.mean[d]! += mean[i]! / count;
    statistics.kl[d]! += kl[i]! / count;
    statistics.minimum[d] = Math.min(statistics.minimum[d]!, mean[i]!);
    statistics.maximum[d] = Math.max(statistics.maximum[d]!, mean[i]!);
  }
  // A second pass: E[x²] − E[x]² would lose digits. Var z = Var μ + E σ².
  for (let i = 0; i < mean.length; i++) {
    const d = i % latent;
    const squared = (mean[i]! - statistics.mean[d]!) ** 2;
    statistics.meanVariance[d]! += squared / (count - 1);
    statistics.deviation[d]! += (squared + Math.exp(logVariance[i]!)) / count;
  }
  statistics.deviation.forEach((variance, d) => {
    statistics.deviation[d] = Math.sqrt(variance);
  });
  return statistics;
}

/** KL(q(z|x) ‖ N(0, 1)) of each image and dimension in nats: `[count, latent]`. */
export function klPerDimension({ count, mean, logVariance }: Posteriors): Float32Array {
  const shape = [count, mean.length / count];
  const posterior = { mean: input("mean", shape), logVariance: input("logVariance", shape) };
  const { kl } = interpret(
    { kl: klToStandardNormal(posterior) },
    {
      mean: { dtype: "float32", shape, data: mean },
      logVariance: { dtype: "float32", shape, data: logVariance },
    },
  );
  return kl.data as Float32Array;
}

/** The dimensions, that with the largest value first; ties in their own order. */
export function descending(values: ArrayLike<number>): number[] {
  return Array.from(values, (_, d) => d).sort((a, b) => values[b]! - values[a]! || a - b);
}
