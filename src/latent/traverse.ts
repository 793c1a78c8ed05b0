/**
 * Traversals: one latent dimension moves over a range while the others keep their values. Here are the ranges and the
 * latents; decoding is the model's, and pictures are drawn elsewhere.
 */

import { BetalabError } from "../base/errors.ts";
import { evenly } from "../base/lists.ts";
import { type PriorMixture, priorQuantiles } from "./prior.ts";
import type { LatentStatistics } from "./statistics.ts";

/** Where a dimension goes. Values are absolute: they replace the start's value. */
export type TraversalRange =
  /** From −r to r in equal steps. */
  | { readonly kind: "fixed"; readonly r: number }
  /** Quantiles of the prior from `tail` to 1 − `tail`: dense where the prior has its mass. */
  | { readonly kind: "quantiles"; readonly tail: number }
  /** The dimension's own aggregate posterior: its mean ± `sigmas` of its standard deviations. */
  | { readonly kind: "sigma"; readonly sigmas: number }
  /** From the smallest to the largest posterior mean of the images. */
  | { readonly kind: "minmax" };

export const rangeKinds = ["fixed", "quantiles", "sigma", "minmax"] as const;

/** Whether a range needs to know the posteriors. */
export function needsStatistics({ kind }: TraversalRange): boolean {
  return kind === "sigma" || kind === "minmax";
}

/**
 * The values that `dimension` takes in `frames` frames, ascending.
 *
 * @param statistics needed for *sigma* and *minmax*
 * @param prior whose quantiles *quantiles* are; default: N(0, 1)
 */
export function rangeValues(
  range: TraversalRange,
  frames: number,
  dimension: number,
  statistics?: LatentStatistics,
  prior?: PriorMixture | undefined,
): number[] {
  switch (range.kind) {
    case "fixed":
      return evenly(-range.r, range.r, frames);
    case "quantiles":
      return priorQuantiles(frames, range.tail, dimension, prior);
    case "sigma": {
      const { mean, deviation } = known(statistics);
      const reach = range.sigmas * deviation[dimension]!;
      return evenly(mean[dimension]! - reach, mean[dimension]! + reach, frames);
    }
    case "minmax": {
      const { minimum, maximum } = known(statistics);
      return evenly(minimum[dimension]!, maximum[dimension]!, frames);
    }
    default:
      return range satisfies never;
  }
}

/** What the range is, for titles: "±3", "prior quantiles 0.01–0.99", "mean ± 2 σ", "smallest to largest mean". */
export function describeRange(range: TraversalRange): string {
  switch (range.kind) {
    case "fixed":
      return `±${range.r}`;
    case "quantiles":
      return `prior quantiles ${range.tail}–${Number((1 - range.tail).toPrecision(12))}`;
    case "sigma":
      return `aggregate posterior, mean ± ${range.sigmas} σ`;
    case "minmax":
      return "aggregate posterior, smallest to largest mean";
    default:
      return range satisfies never;
  }
}

/** Throws "usage" naming the dimension when the model has no such latent. */
export function checkDimension(dimension: number, latentDim: number): void {
  if (Number.isInteger(dimension) && dimension >= 0 && dimension < latentDim) return;
  throw new BetalabError(
    "usage",
    `there is no latent dimension ${dimension}`,
    `this model has ${latentDim}: 0 to ${latentDim - 1}`,
  );
}

/**
 * Every start with `dimension` set to each value: `[values, starts, latent]`.
 *
 * @param starts `[count, latentDim]`
 */
export function traversalLatents(
  starts: Float32Array,
  latentDim: number,
  dimension: number,
  values: readonly number[],
): Float32Array {
  return movedLatents(starts, latentDim, dimension, values, (_, value) => value);
}

/**
 * Every start with `dimension` moved by each offset: `[offsets, starts, latent]`. This is how the seed's
 * `LatentVisualiser` walks: each image of the grid from its own value.
 */
export function offsetLatents(
  starts: Float32Array,
  latentDim: number,
  dimension: number,
  offsets: readonly number[],
): Float32Array {
  return movedLatents(starts, latentDim, dimension, offsets, (own, offset) => own + offset);
}

function movedLatents(
  starts: Float32Array,
  latentDim: number,
  dimension: number,
  values: readonly number[],
  move: (own: number, value: number) => number,
): Float32Array {
  checkDimension(dimension, latentDim);
  const latents = new Float32Array(values.length * starts.length);
  for (const [frame, value] of values.entries()) {
    const own = latents.subarray(frame * starts.length, (frame + 1) * starts.length);
    own.set(starts);
    for (let at = dimension; at < own.length; at += latentDim) own[at] = move(own[at]!, value);
  }
  return latents;
}

/** The rows of a sheet, one for each of the dimensions, one after another. */
export function sheetLatents(
  dimensions: readonly number[],
  rowOf: (dimension: number) => Float32Array,
): Float32Array {
  const rows = dimensions.map(rowOf);
  const size = rows[0]?.length ?? 0;
  const sheet = new Float32Array(rows.length * size);
  for (const [i, row] of rows.entries()) sheet.set(row, i * size);
  return sheet;
}

/** Frame numbers there and back, so that a loop has no jump: 0 1 2 3 2 1. */
export function thereAndBack(frames: number): number[] {
  const there = Array.from({ length: frames }, (_, i) => i);
  return [...there, ...there.slice(1, -1).reverse()];
}

function known(statistics: LatentStatistics | undefined): LatentStatistics {
  if (statistics === undefined) throw new Error("internal: this range needs the posteriors' statistics");
  return statistics;
}
