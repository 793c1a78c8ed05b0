/**
 * Differences of settings in one measure, each with its interval, its size in units of the noise, and its p: from one
 * residual of all settings, or by Welch's test where variances differ. Pure.
 */

import { fisherTail, studentQuantile, studentTail } from "../../base/probabilities.ts";
import { mean, variance } from "../../base/statistics.ts";
import { equalVariances, fitSettings, type Observation, type SettingsModel } from "./linear-model.ts";
import type { Difference } from "./value.ts";

/** The values of one measure and the model of them. */
export interface Fitted {
  readonly model: SettingsModel;
  /** By setting, as the model knows them. */
  readonly values: readonly (readonly number[])[];
  /** p of equal variances; NaN where it can't be asked, and where it doesn't matter: in pairs of seeds. */
  readonly equalVariances: number;
  readonly leastVariance: number;
}

/** Seeds are a block at this p of no difference between them: what a block costs in degrees of freedom, few seeds don't have. */
const SEEDS_LEVEL = 0.05;

/**
 * Of two settings the shared seeds are pairs. Of more they are a block where they differ by more than the noise;
 * otherwise what they do is part of it, which can only make differences look smaller.
 *
 * @param leastVariance see `fitSettings`
 */
export function fitMeasure(
  observations: readonly Observation[],
  settings: number,
  leastVariance = 0,
): Fitted {
  const blocked = fitSettings(observations, settings, true, leastVariance);
  const plain = fitSettings(observations, settings, false, leastVariance);
  const spent = plain.freedom - blocked.freedom;
  const f = (plain.variance * plain.freedom - blocked.variance * blocked.freedom) / spent / blocked.variance;
  const isBlock = blocked.blocks && (settings === 2 || fisherTail(f, spent, blocked.freedom) < SEEDS_LEVEL);
  const model = isBlock ? blocked : plain;
  const values = Array.from({ length: settings }, (_, a) =>
    observations.filter(({ setting }) => setting === a).map(({ value }) => value),
  );
  return { model, values, equalVariances: equalSpread(model, values, leastVariance), leastVariance };
}

/**
 * Bartlett's test of the residuals; with seeds as blocks also of the values themselves, since a block spreads the
 * noise of one setting over all. The smaller p, doubled for being chosen of two.
 */
function equalSpread(
  { blocks, variances, counts }: SettingsModel,
  values: readonly (readonly number[])[],
  leastVariance: number,
): number {
  if (!blocks) return equalVariances(variances, counts);
  if (counts.length === 2) return Number.NaN;
  const raw = values.map((own) => Math.max(variance(own), leastVariance));
  return Math.min(1, 2 * Math.min(equalVariances(variances, counts), equalVariances(raw, counts)));
}

/**
 * By the pooled residual. The standard error of a pair is never less than its own two variances say: with few seeds a
 * test of equal variances overlooks much (docs/statistics.md has the simulations).
 */
export function pooledDifference({ model }: Fitted, from: number, to: number): Difference {
  const { effects, covariance, variance: pooled, variances, counts, freedom, rounding } = model;
  const raw = effects[to]! - effects[from]!;
  const difference = Math.abs(raw) > rounding ? raw : 0;
  const spread = covariance[from]![from]! + covariance[to]![to]! - 2 * covariance[from]![to]!;
  const known = [from, to].filter((a) => !Number.isNaN(variances[a]));
  const weight = known.reduce((total, a) => total + 1 / counts[a]!, 0);
  const own = known.reduce((total, a) => total + variances[a]! / counts[a]!, 0) / weight;
  const squared = known.length === 0 ? pooled : Math.max(pooled, own);
  return judged({ from, to, difference, method: "pooled" }, squared * spread, squared, freedom);
}

/** Welch's test of two independent samples, on the means of all runs; NaN for a setting of one run. */
export function welchDifference({ values, leastVariance }: Fitted, from: number, to: number): Difference {
  const [a, b] = [values[from]!, values[to]!];
  const [s, t] = [a, b].map((own) => Math.max(variance(own), leastVariance)) as [number, number];
  const [u, v] = [s / a.length, t / b.length];
  const difference = mean(b) - mean(a);
  // Satterthwaite's; two groups without any spread have as many degrees of freedom as values allow.
  const freedom =
    u + v === 0
      ? a.length + b.length - 2
      : (u + v) ** 2 / (u ** 2 / (a.length - 1) + v ** 2 / (b.length - 1));
  return judged({ from, to, difference, method: "welch" }, u + v, (s + t) / 2, freedom);
}

/** Between two models: by the standard errors of their means over images, as if the images were different ones. */
export function imagesDifference(
  [first, second]: readonly [number, number],
  [error, other]: readonly [number, number],
  pair: { readonly from: number; readonly to: number },
): Difference {
  const difference = second - first;
  const reach = 1.96 * Math.hypot(error, other);
  const unknown = { effect: Number.NaN, freedom: Number.NaN, p: Number.NaN };
  const method = Number.isNaN(reach) ? "none" : "images";
  return { ...pair, difference, low: difference - reach, high: difference + reach, ...unknown, method };
}

function judged(
  pair: Pick<Difference, "from" | "to" | "difference" | "method">,
  squaredError: number,
  noise: number,
  freedom: number,
): Difference {
  const { difference } = pair;
  const error = Math.sqrt(squaredError);
  const nothing = Number.NaN;
  if (Number.isNaN(error) || freedom === 0)
    return { ...pair, low: nothing, high: nothing, effect: nothing, freedom, p: nothing, method: "none" };
  const reach = quantile(freedom) * error;
  // Runs that agree to the last bit (a metric at its ceiling) differ for certain, or not at all.
  const p = error === 0 ? Number(difference === 0) : studentTail(Math.abs(difference) / error, freedom);
  // Of a single degree of freedom the correction is 0: a deviation of two values says nothing of sizes.
  const effect =
    difference === 0 ? 0 : freedom < 2 ? Number.NaN : (hedges(freedom) * difference) / Math.sqrt(noise);
  return { ...pair, low: difference - reach, high: difference + reach, effect, freedom, p };
}

/** 1 − 3/(4ν − 1): a standard deviation of few values is too small on average, and effects too large (Hedges 1981). */
const hedges = (freedom: number): number => 1 - 3 / (4 * freedom - 1);

/** Of Student's t at 97.5 %, the last one kept: a pooled residual has one number of degrees of freedom for all pairs. */
let last = { freedom: Number.NaN, value: Number.NaN };
function quantile(freedom: number): number {
  if (freedom !== last.freedom) last = { freedom, value: studentQuantile(0.975, freedom) };
  return last.value;
}
