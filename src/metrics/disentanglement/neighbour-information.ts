/** Mutual information of a continuous code with a class, by nearest neighbours and without bins. */

import { groupBy, range } from "../../base/lists.ts";
import { fillNormal } from "../../base/random.ts";
import { mean } from "../../base/statistics.ts";
import { firstWhere } from "../learners/bins.ts";
import type { Levels } from "./information.ts";
import { standardize } from "./standardize.ts";

/**
 * I(code; class) in nats, never negative (Ross 2014, "Mutual information between discrete and continuous data sets"),
 * as scikit-learn's `mutual_info_classif`: how many of all codes lie as near to a code as the k-th
 * neighbour of its own class. Classes of one sample are left out. Noise of 10⁻¹⁰ standard deviations separates equal codes.
 */
export function neighbourInformation(
  code: Float32Array | Float64Array,
  classes: Levels,
  neighbours: number,
  seed: number,
): number {
  const { deviations } = standardize([code]);
  if (deviations[0] === 0) return 0;
  const scaled = Float64Array.from(code, (value) => value / deviations[0]!);
  const noise = new Float64Array(code.length);
  fillNormal(noise, { seed, stream: "metrics/neighbours" });
  const size = 1e-10 * Math.max(1, mean(scaled.map(Math.abs)));
  for (let i = 0; i < noise.length; i++) scaled[i]! += size * noise[i]!;

  const kept = [...groupBy(range(classes.length), (i) => classes[i]!).values()]
    .filter((own) => own.length > 1)
    .map((own) => Float64Array.from(own, (i) => scaled[i]!).sort());
  const all = Float64Array.from(kept.flatMap((own) => [...own])).sort();
  const digamma = digammas(all.length);
  let sum = 0;
  for (const own of kept) {
    const k = Math.min(neighbours, own.length - 1);
    for (let i = 0; i < own.length; i++) {
      const nearer = countWithin(all, own[i]!, distanceToNeighbour(own, i, k));
      sum += digamma[k]! - digamma[own.length]! - digamma[nearer]!;
    }
  }
  return all.length === 0 ? 0 : Math.max(0, digamma[all.length]! + sum / all.length);
}

/** ψ(0…most) of whole numbers: −γ + Σ 1/i; the first is of no use. */
function digammas(most: number): Float64Array {
  const values = new Float64Array(most + 1);
  values[1] = -0.577_215_664_901_532_9;
  for (let n = 2; n <= most; n++) values[n] = values[n - 1]! + 1 / (n - 1);
  return values;
}

/** How far the k-th nearest other entry of a rising list is from entry `i`. */
function distanceToNeighbour(rising: Float64Array, i: number, k: number): number {
  let [low, high] = [i, i];
  const here = rising[i]!;
  const gap = (at: number) =>
    at < 0 || at >= rising.length ? Number.POSITIVE_INFINITY : Math.abs(rising[at]! - here);
  while (high - low < k) {
    if (gap(low - 1) <= gap(high + 1)) low--;
    else high++;
  }
  return Math.max(here - rising[low]!, rising[high]! - here);
}

/** Entries of a rising list that are nearer than `radius`, the one at `centre` included. */
function countWithin(rising: Float64Array, centre: number, radius: number): number {
  return (
    firstWhere(rising, (value) => value - centre >= radius) -
    firstWhere(rising, (value) => centre - value < radius)
  );
}
