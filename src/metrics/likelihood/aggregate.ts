/**
 * The exact full-data decomposition KL = MI + TC + Σ_d KL_d (Hoffman & Johnson 2016; Chen et al. 2018):
 * the aggregate posterior q(z) is the mixture over the posteriors of *all* N images, jointly and for each latent,
 * not an estimate from a batch. Only the outer expectation over z ~ q(z) is sampled, and says how far it may be off.
 */

import { BetalabError } from "../../base/errors.ts";
import { takeRows } from "../../base/linear-algebra.ts";
import type { Watch } from "../../base/progress.ts";
import { fillNormal, permutation } from "../../base/random.ts";
import { randomIndices, type Subset } from "../../data/index.ts";
import { input, interpret } from "../../graph/index.ts";
import { type PriorMixture, priorLogDensities, type SplitPosteriors } from "../../latent/index.ts";
import { normalLogDensity, reparameterize } from "../../nn/index.ts";
import type { EvaluationRecord } from "../../runs/web.ts";
import type { Runtime } from "../../runtime/index.ts";
import { type Block, type MixtureDensities, mixtureLogDensities } from "./mixture.ts";

import { RunningMean } from "./statistics.ts";

type Recorded = EvaluationRecord["decomposition"];

/** All in nats; standard errors are over the draws. `subset`: where the mixture is of some of the posteriors only. */
export type Decomposition = Omit<
  Recorded,
  "split" | "of" | "growth" | "rise" | "bound" | "gaussianTotalCorrelation"
> & { readonly subset?: Subset };

export interface DecompositionOptions extends Watch {
  readonly seed: number;
  /** Default: N(0, I). */
  readonly prior?: PriorMixture | undefined;
  /** Images to draw a z for. Default: all, or as many as `defaultDraws` allows. */
  readonly draws?: number | undefined;
  /** Draws and posteriors in one block; the result does not depend on them beyond rounding. */
  readonly block?: Block | undefined;
}

/** Of more posteriors, so many are chosen. */
const MOST_IMAGES = 100_000;

/** All N while that is below two thousand million log-densities (some ten seconds), never fewer than 2 000. */
export function defaultDraws(images: number, latentDim: number): number {
  return Math.min(images, Math.max(2000, Math.floor(2e9 / (images * latentDim))));
}

/**
 * Decomposes the mean KL of N posteriors, of 100 000 chosen by the seed where there are more. Progress is in blocks.
 *
 * Throws "config" for draws outside 1…N, "interrupted" when stopped.
 */
export async function decomposeKl(
  runtime: Runtime,
  whole: SplitPosteriors,
  options: DecompositionOptions,
): Promise<Decomposition> {
  const { seed } = options;
  const posteriors = bounded(whole, seed);
  const { count, latentDim } = posteriors;
  const { draws = defaultDraws(count, latentDim) } = options;
  if (!(Number.isInteger(draws) && draws >= 1 && draws <= count)) {
    throw new BetalabError("config", `draws: ${draws} is not a whole number from 1 to ${count}`);
  }
  const drawn = draw(posteriors, draws, seed);
  const mixture = await mixtureLogDensities(runtime, posteriors, drawn.z, options);
  const again = options.prior && draw(posteriors, draws, seed, "aggregate-kl");
  return {
    ...summarise(posteriors, drawn, mixture, options.prior, again),
    ...(count < whole.count && { subset: { of: whole.count, count, seed } }),
  };
}

function bounded(whole: SplitPosteriors, seed: number): SplitPosteriors {
  const { count, klPerDimension } = whole;
  if (count <= MOST_IMAGES) return whole;
  const some = randomIndices(count, MOST_IMAGES, { seed, stream: "decomposition" });
  return { ...selectPosteriors(whole, some), klPerDimension };
}

/** The decomposition by some of the posteriors. */
export type Part = Recorded["growth"][number];

/**
 * The same by a quarter and by half of the posteriors that `decomposeKl` takes, chosen by the seed, the quarter among the
 * half: where MI still rises with N it is the ceiling ln N that is seen, and TC and Σ KL_d move with it.
 */
export async function decompositionGrowth(
  runtime: Runtime,
  whole: SplitPosteriors,
  { draws, ...options }: DecompositionOptions,
): Promise<Part[]> {
  const posteriors = bounded(whole, options.seed);
  const { count, latentDim } = posteriors;
  const order = permutation(count, { seed: options.seed, stream: "decomposition-growth" });
  const parts: Part[] = [];
  for (const share of [4, 2]) {
    const some = order.slice(0, Math.floor(count / share));
    if (some.length < 2) continue;
    const chosen = { ...selectPosteriors(posteriors, some), klPerDimension: posteriors.klPerDimension };
    const fewer = Math.min(some.length, draws ?? defaultDraws(some.length, latentDim));
    const found = await decomposeKl(runtime, chosen, { ...options, draws: fewer });
    const { images, mutualInformation, totalCorrelation, dimensionwiseKl } = found;
    parts.push({ images, mutualInformation, totalCorrelation, dimensionwiseKl });
  }
  return parts;
}

/** Nats by which MI may rise when N doubles and still count as the model's own; at the ceiling it is ln 2 = 0.69. */
const SETTLED_RISE = 0.05;

/** How far MI rose from half of the posteriors to all, and whether that is more than luck: then ln N bounds it. */
export function boundByCount(
  { mutualInformation: all }: Pick<Decomposition, "mutualInformation">,
  growth: readonly Part[],
): { readonly rise: number; readonly bound: boolean } {
  const half = growth.at(-1)?.mutualInformation;
  if (half === undefined) return { rise: Number.NaN, bound: true };
  const rise = all.mean - half.mean;
  const error = Math.hypot(all.standardError, half.standardError);
  return { rise, bound: rise > Math.max(SETTLED_RISE, 2 * error) };
}

interface Draws {
  /** The image of each draw. */
  readonly images: Uint32Array;
  /** `[draws, latent]`. */
  readonly z: Float32Array;
  /** ln q(z_d|x) under the image's own posterior, `[draws, latent]`. */
  readonly ownLogDensity: Float32Array;
}

/** One z from the posteriors of `count` images, chosen without replacement; noise by image. */
function draw(posteriors: Given, draws: number, seed: number, stream = "aggregate"): Draws {
  const { count, latentDim } = posteriors;
  const images = randomIndices(count, draws, { seed, stream: "aggregate-images" });
  const chosen = selectPosteriors(posteriors, images);
  const noise = new Float32Array(draws * latentDim);
  for (const [row, image] of images.entries()) {
    const own = noise.subarray(row * latentDim, (row + 1) * latentDim);
    fillNormal(own, { seed, stream, step: image });
  }
  const shape = [draws, latentDim];
  const value = (data: Float32Array) => ({ dtype: "float32", shape, data }) as const;
  const posterior = { mean: input("mean", shape), logVariance: input("logVariance", shape) };
  const drawn = reparameterize(posterior, input("noise", shape));
  const { z, own } = interpret(
    // Of the z that float32 holds, not of the noise: the mixture sees that one too.
    { z: drawn, own: normalLogDensity(drawn, posterior) },
    { mean: value(chosen.mean), logVariance: value(chosen.logVariance), noise: value(noise) },
  );
  return { images, z: z.data as Float32Array, ownLogDensity: own.data as Float32Array };
}

type Given = Omit<SplitPosteriors, "klPerDimension">;

/** The posteriors of the images `indices`, in that order. */
export function selectPosteriors({ latentDim, mean, logVariance, kl }: Given, indices: Uint32Array): Given {
  const rows = (table: Float32Array) => takeRows(table, latentDim, indices);
  const own = Float64Array.from(indices, (image) => kl[image]!);
  return { count: indices.length, latentDim, mean: rows(mean), logVariance: rows(logVariance), kl: own };
}

function summarise(
  posteriors: Given,
  { images, z, ownLogDensity }: Draws,
  mixture: MixtureDensities,
  given: PriorMixture | undefined,
  again: Draws | undefined,
): Decomposition {
  const { count, latentDim } = posteriors;
  const [mutualInformation, totalCorrelation, dimensionwise, total, difference, analytic] = Array.from(
    { length: 6 },
    () => new RunningMean(),
  ) as [RunningMean, RunningMean, RunningMean, RunningMean, RunningMean, RunningMean];
  const perDimension = Array.from({ length: latentDim }, () => new RunningMean());
  const logCount = Math.log(count);
  const priors = priorLogDensities(z, latentDim, given);
  const others = again && priorLogDensities(again.z, latentDim, given).joint;
  for (const [row, image] of images.entries()) {
    let [own, product, other] = [0, 0, 0];
    for (let d = 0; d < latentDim; d++) {
      const at = row * latentDim + d;
      // The mixture holds the draw's own posterior, so this bound is exact; it matters only where float32 underflowed.
      const marginal = Math.max(mixture.marginals[at]!, ownLogDensity[at]! - logCount);
      perDimension[d]!.add(marginal - priors.marginals[at]!);
      own += ownLogDensity[at]!;
      product += marginal;
      other += again?.ownLogDensity[at] ?? 0;
    }
    const prior = priors.joint[row]!;
    const kl = others === undefined ? posteriors.kl[image]! : other - others[row]!;
    const joint = Math.max(mixture.joint[row]!, own - logCount);
    mutualInformation.add(own - joint);
    totalCorrelation.add(joint - product);
    dimensionwise.add(product - prior);
    total.add(own - prior);
    analytic.add(kl);
    difference.add(own - prior - kl);
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
