/** Slices that make up all of a tensor, such as the batches of a call: one operator can give them all. */

import { asSlice } from "../ops/slices.ts";
import type { Tensor } from "../tensor.ts";

/** A tensor cut along one axis. */
export interface Cut {
  readonly source: Tensor;
  readonly axis: number;
  /** In the order in which they lie. */
  readonly pieces: readonly Tensor[];
}

/** The cuts among `tensors`, by each of their pieces. */
export function cuts(tensors: readonly Tensor[]): Map<Tensor, Cut> {
  const bySource = new Map<Tensor, Tensor[]>();
  for (const tensor of tensors) {
    const slice = asSlice(tensor);
    if (slice === undefined) continue;
    const known = bySource.get(slice.source);
    if (known === undefined) bySource.set(slice.source, [tensor]);
    else known.push(tensor);
  }
  const found = new Map<Tensor, Cut>();
  for (const [source, slices] of bySource) {
    const ranges = slices.map((piece) => ({ piece, ...asSlice(piece)! })).sort((a, b) => a.start - b.start);
    const { axis } = ranges[0]!;
    const fit = ranges.every((one, i) => one.axis === axis && one.start === (ranges[i - 1]?.end ?? 0));
    if (!fit || ranges.length < 2 || ranges.at(-1)!.end !== source.shape[axis]) continue;
    const pieces = ranges.map(({ piece }) => piece);
    for (const piece of pieces) found.set(piece, { source, axis, pieces });
  }
  return found;
}
