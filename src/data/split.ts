/**
 * Which images train and which are held out, for a set that brings no test split of its own; and splits as
 * selections of others. The division depends on the count alone, never on a run's seed: runs that differ in
 * seed, or in anything else, hold out the same images and their numbers compare.
 */

import { BetalabError } from "../base/errors.ts";
import { takeRows } from "../base/linear-algebra.ts";
import { endToEnd, range } from "../base/lists.ts";
import { permutation } from "../base/random.ts";
import type { Factors, Split } from "./dataset.ts";
import { isComplete, joinFactors } from "./factors.ts";
import { joinImages, selectImages } from "./images.ts";

/**
 * Indices of the two sides of `count` images, both in shuffled order, so that the first few of either side
 * are a fair picture of it. `fraction` of them, at least one image, are held out.
 *
 * Throws `config` when one side would be empty.
 */
export function divide(count: number, fraction: number): { train: Uint32Array; heldOut: Uint32Array } {
  const held = Math.max(1, Math.round(count * fraction));
  if (count - held < 1) {
    throw new BetalabError(
      "config",
      `data.heldOut: ${fraction} of ${count} image${count === 1 ? "" : "s"} leaves nothing to train on`,
      count === 1 ? "use two images or more" : "use more images or a smaller data.heldOut",
    );
  }
  const order = permutation(count, { seed: 0, stream: "held-out", step: count });
  return { train: order.slice(held), heldOut: order.slice(0, held) };
}

/** The images `indices` of `split` in that order, labels and factors with them. */
export function selectSplit({ images, labels, factors }: Split, indices: Uint32Array): Split {
  return {
    images: selectImages(images, indices),
    ...(labels && { labels: { names: labels.names, values: takeRows(labels.values, 1, indices) } }),
    ...(factors && { factors: selectFactors(factors, indices) }),
  };
}

/** The first `limit` images; the whole split when it has no more than that. */
export function takeFirst(split: Split, limit: number | undefined): Split {
  if (limit === undefined || limit >= split.images.count) return split;
  return selectSplit(split, Uint32Array.from(range(limit)));
}

/**
 * Both sides as one set, `first`'s images before `second`'s. A grid of factors that was divided is complete
 * again here, which is what the disentanglement metrics need. Labels of other classes and factors of other names are left out.
 */
export function joinSplits(first: Split, second: Split): Split {
  const [a, b] = [first.labels, second.labels];
  const sameNames = a !== undefined && b !== undefined && a.names.join("\n") === b.names.join("\n");
  const factors = first.factors && second.factors && joinFactors(first.factors, second.factors);
  return {
    images: joinImages(first.images, second.images),
    ...(sameNames && { labels: { names: a.names, values: endToEnd(a.values, b.values) } }),
    ...(factors && { factors }),
  };
}

export function selectFactors({ factors, levels }: Factors, indices: Uint32Array): Factors {
  const selected = takeRows(levels, factors.length, indices);
  return { factors, levels: selected, complete: isComplete(factors, selected) };
}
