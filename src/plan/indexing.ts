/** What elements are picked from by index along an axis, or added up into. */

import { elementCount, type Tensor } from "../graph/index.ts";
import type { Kernel, Planning } from "./back-end.ts";

export type IndexingKind = "gather" | "scatter";

/** A tensor as three axes: all before the indexed one, that one, and all after it. */
export interface Indexing {
  readonly outer: number;
  readonly inner: number;
  /** Size of the axis in the index, and in the tensor that it points into. */
  readonly picked: number;
  readonly size: number;
}

export function indexingOf<K extends Kernel>(
  planning: Planning<K>,
  tensor: Tensor,
  kind: IndexingKind,
): Indexing {
  const [x, index] = planning.inputs(tensor) as [Tensor, Tensor];
  const { axis } = tensor.attributes as { axis: number };
  const shape = planning.shape(index);
  return {
    outer: elementCount(shape.slice(0, axis)),
    inner: elementCount(shape.slice(axis + 1)),
    picked: shape[axis]!,
    size: planning.shape(kind === "gather" ? x : tensor)[axis]!,
  };
}
