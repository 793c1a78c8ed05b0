/** A random part of a split, for work that can't take all of it. */

import { permutation } from "../base/random.ts";
import type { Split } from "./dataset.ts";
import { selectSplit } from "./split.ts";

/** Which part of how many images a number is of; goes with the number. */
export interface Subset {
  readonly of: number;
  readonly count: number;
  readonly seed: number;
}

export interface SubsetOptions {
  readonly seed: number;
  /** Subsets of one split with different streams are independent. */
  readonly stream: string;
}

/**
 * `count` different images of `split` in their own order, each choice equally likely; the whole split when it has
 * no more. `subset` is absent when nothing was left out.
 */
export function randomSubset(
  split: Split,
  count: number,
  options: SubsetOptions,
): { readonly split: Split; readonly subset?: Subset } {
  const of = split.images.count;
  if (count >= of) return { split };
  return {
    split: selectSplit(split, randomIndices(of, count, options)),
    subset: { of, count, seed: options.seed },
  };
}

/** `count` different indices of 0 … of − 1, ascending. */
export function randomIndices(of: number, count: number, { seed, stream }: SubsetOptions): Uint32Array {
  return permutation(of, { seed, stream }).slice(0, count).sort();
}
