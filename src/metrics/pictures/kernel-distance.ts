/**
 * Kernel inception distance (Bińkowski et al. 2018): the unbiased estimate of the squared MMD between features of two sets of
 * pictures, with the kernel (x·y/D + 1)³; the mean over subsets of as many pictures of each. Unlike FID's its expectation
 * does not depend on how many pictures there are; it may be below zero.
 */

import { pause, report, type Watch } from "../../base/progress.ts";
import { permutation } from "../../base/random.ts";
import type { EvaluationRecord } from "../../runs/web.ts";
import { RunningMean } from "../likelihood/statistics.ts";
import { type Features, STAGE } from "./frechet.ts";

/** Of the paper's own code. */
const SUBSETS = 100;
const LARGEST_SUBSET = 1000;

export type KernelDistance = NonNullable<NonNullable<EvaluationRecord["pictures"]>["features"]>["kid"];

interface KernelDistanceOptions extends Watch {
  readonly seed: number;
  readonly subsets?: number;
  readonly largest?: number;
}

/**
 * The error is that of the mean over the subsets, which share pictures: how much the choice of subsets moves it.
 * Progress is in subsets; one of a thousand pictures with 2048 features takes seconds. Throws "interrupted" when stopped.
 */
export async function kernelDistance(
  one: Features,
  other: Features,
  { seed, subsets = SUBSETS, largest = LARGEST_SUBSET, ...watch }: KernelDistanceOptions,
): Promise<KernelDistance> {
  const images = Math.min(largest, one.count, other.count);
  // All pictures of both are one subset.
  const times = images === one.count && images === other.count ? 1 : subsets;
  const running = new RunningMean();
  for (let i = 0; i < times; i++) {
    report(watch, STAGE, i, times);
    const [a, b] = [one, other].map((set, k) => {
      const chosen = permutation(set.count, { seed, stream: `kernel-distance-${k}`, step: i }).slice(
        0,
        images,
      );
      const { dimensions: d, values } = set;
      return Array.from(chosen, (row) => values.subarray(row * d, (row + 1) * d));
    });
    running.add(await squaredDiscrepancy(a!, b!, watch));
  }
  const { mean, standardError } = running.estimate();
  return { mean, standardError, images, subsets: times };
}

/** The unbiased squared MMD of equally many rows. */
export async function squaredDiscrepancy(
  a: readonly Float32Array[],
  b: readonly Float32Array[],
  watch: Pick<Watch, "signal"> = {},
): Promise<number> {
  const n = a.length;
  let [within, between] = [0, 0];
  for (let i = 0; i < n; i++) {
    await pause(watch, STAGE);
    for (let j = 0; j < n; j++) between += kernel(a[i]!, b[j]!);
    // Each pair once, for both of its orders.
    for (let j = 0; j < i; j++) within += 2 * (kernel(a[i]!, a[j]!) + kernel(b[i]!, b[j]!));
  }
  return within / (n * (n - 1)) - (2 * between) / n ** 2;
}

function kernel(x: Float32Array, y: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < x.length; d++) sum += x[d]! * y[d]!;
  return (sum / x.length + 1) ** 3;
}
