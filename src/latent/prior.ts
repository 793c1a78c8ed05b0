/** A trained model's prior as numbers: draws from it, its quantiles, its densities. */

import { fillNormal, fillUniform, normalQuantile } from "../base/random.ts";
import type { TrainedModel } from "./encode.ts";
import { priorProgram } from "./programs.ts";

/** Σ_k w_k·N(z; μ_k, diag σ_k²), row-major: `[components]`, `[components, latent]`. */
export interface PriorMixture {
  readonly logWeights: Float32Array;
  readonly mean: Float32Array;
  readonly logVariance: Float32Array;
}

/** The components of a model's prior; undefined for N(0, I). */
export async function priorOf({ runtime, vae, state }: TrainedModel): Promise<PriorMixture | undefined> {
  const half = priorProgram(vae);
  if (half === undefined) return undefined;
  const session = await runtime.compile(half.program);
  try {
    const found = await session.run(state.feeds(half.program));
    const numbers = (name: string) => found[name]!.data as Float32Array;
    return { logWeights: numbers("logWeights"), mean: numbers("mean"), logVariance: numbers("logVariance") };
  } finally {
    await session.release();
  }
}

/**
 * Draws from the prior, `[count, latentDim]`: of N(0, temperature²·I), or of the mixture with its components' deviations
 * times the temperature.
 */
export function priorDraws(
  count: number,
  latentDim: number,
  seed: number,
  temperature = 1,
  prior?: PriorMixture | undefined,
): Float32Array {
  const latents = new Float32Array(count * latentDim);
  fillNormal(latents, { seed, stream: "prior" });
  if (prior === undefined) return temperature === 1 ? latents : latents.map((z) => z * temperature);
  const chosen = new Float64Array(count);
  fillUniform(chosen, { seed, stream: "prior-component" });
  const cumulative = cumulativeWeights(prior);
  return latents.map((noise, i) => {
    const row = Math.floor(i / latentDim);
    const component = cumulative.findIndex((sum) => chosen[row]! < sum);
    const at = component * latentDim + (i % latentDim);
    return prior.mean[at]! + Math.exp(0.5 * prior.logVariance[at]!) * noise * temperature;
  });
}

/** Sums of the weights, the last of them 1 whatever rounding says. */
function cumulativeWeights({ logWeights }: PriorMixture): Float64Array {
  let sum = 0;
  const sums = Float64Array.from(logWeights, (logWeight) => {
    sum += Math.exp(logWeight);
    return sum;
  });
  sums[sums.length - 1] = 1;
  return sums;
}

/** `count` quantiles of latent `dimension` at evenly spaced probabilities from `tail` to 1 − `tail`. */
export function priorQuantiles(
  count: number,
  tail: number,
  dimension: number,
  prior: PriorMixture | undefined,
): number[] {
  const at = (i: number) => (count === 1 ? 0.5 : tail + ((1 - 2 * tail) * i) / (count - 1));
  if (prior === undefined)
    return Array.from({ length: count }, (_, i) => (count === 1 ? 0 : normalQuantile(at(i))));
  return Array.from({ length: count }, (_, i) => quantile(at(i), dimension, prior));
}

/** The median of each latent, `[latent]`: 0 under N(0, I). */
export function priorMedians(latentDim: number, prior: PriorMixture | undefined): Float32Array {
  return Float32Array.from(
    { length: latentDim },
    (_, dimension) => priorQuantiles(1, 0, dimension, prior)[0]!,
  );
}

/** By bisection between the components' own quantiles, which enclose it: the mixture's mass below is theirs, averaged. */
function quantile(
  probability: number,
  dimension: number,
  { logWeights, mean, logVariance }: PriorMixture,
): number {
  const latent = mean.length / logWeights.length;
  const components = Array.from(logWeights, (logWeight, k) => {
    const [centre, deviation] = [
      mean[k * latent + dimension]!,
      Math.exp(0.5 * logVariance[k * latent + dimension]!),
    ];
    return { weight: Math.exp(logWeight), centre, deviation };
  });
  const own = components.map(({ centre, deviation }) => centre + deviation * normalQuantile(probability));
  let [low, high] = [Math.min(...own), Math.max(...own)];
  const below = (z: number) =>
    components.reduce(
      (sum, { weight, centre, deviation }) => sum + weight * normalMass((z - centre) / deviation),
      0,
    );
  for (let i = 0; i < 60 && high - low > 1e-9; i++) {
    const middle = (low + high) / 2;
    if (below(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Φ(x), to 1e-12: the series of Marsaglia 2004, and its tail beyond 7. */
function normalMass(x: number): number {
  if (Math.abs(x) > 7) return x > 0 ? 1 : 0;
  let [term, total] = [x, x];
  for (let i = 3; Math.abs(term) > 1e-17; i += 2) {
    term *= (x * x) / i;
    total += term;
  }
  return 0.5 + (total * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
}

/**
 * ln p(z) of each row and ln p(z_d) of each of its latents, in nats.
 *
 * @param z `[rows, latent]`
 */
export function priorLogDensities(
  z: Float32Array,
  latent: number,
  prior: PriorMixture | undefined,
): { joint: Float64Array; marginals: Float64Array } {
  const rows = z.length / latent;
  const standard = (value: number) => -0.5 * (value * value + Math.log(2 * Math.PI));
  const marginals = new Float64Array(z.length);
  const joint = new Float64Array(rows);
  if (prior === undefined) {
    for (let i = 0; i < z.length; i++) {
      marginals[i] = standard(z[i]!);
      joint[Math.floor(i / latent)]! += marginals[i]!;
    }
    return { joint, marginals };
  }
  const { logWeights, mean, logVariance } = prior;
  const inverse = Float64Array.from(logVariance, (one) => Math.exp(-0.5 * one));
  for (let row = 0; row < rows; row++) {
    const whole = Float64Array.from(logWeights);
    for (let d = 0; d < latent; d++) {
      const own = Float64Array.from(logWeights, (logWeight, k) => {
        const at = k * latent + d;
        const density = standard((z[row * latent + d]! - mean[at]!) * inverse[at]!) + Math.log(inverse[at]!);
        whole[k]! += density;
        return logWeight + density;
      });
      marginals[row * latent + d] = logSum(own);
    }
    joint[row] = logSum(whole);
  }
  return { joint, marginals };
}

function logSum(values: Float64Array): number {
  const peak = values.reduce((most, one) => Math.max(most, one), Number.NEGATIVE_INFINITY);
  return peak + Math.log(values.reduce((sum, one) => sum + Math.exp(one - peak), 0));
}
