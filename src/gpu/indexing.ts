/** Elements picked by index along an axis, and added up by index: an invocation for each result. */

import type { Argument, Indexing, IndexingKind } from "../plan/index.ts";
import { flatKernel, type GpuKernel } from "./kernel.ts";

/** @param operands what is picked from or what is added, and the index */
export function indexingKernel(
  kind: IndexingKind,
  { outer, inner, picked, size }: Indexing,
  operands: readonly Argument[],
  result: Argument,
): GpuKernel {
  const count = outer * inner * (kind === "gather" ? picked : size);
  return flatKernel(operands, result, count, (addresses) => {
    const [from, indices, to] = [0, 1, 2].map(addresses);
    if (kind === "gather") {
      return `let place = (i / ${picked * inner}u * ${size}u + min(heap[${indices} + i], ${size - 1}u)) * ${inner}u + i % ${inner}u;
heap[${to} + i] = heap[${from} + place];`;
    }
    // Each result looks for what is added to it: in their order, whatever runs first.
    return `let own = i / ${inner}u % ${size}u;
let first = i / ${size * inner}u * ${picked * inner}u + i % ${inner}u;
var total = 0f;
for (var at = first; at < first + ${picked * inner}u; at += ${inner}u) {
if (heap[${indices} + at] == own) { total += number(${from} + at); }
}
store(${to} + i, total);`;
  });
}
