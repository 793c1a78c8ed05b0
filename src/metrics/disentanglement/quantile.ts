/** A quantile without sorting everything. */

import { selectNth } from "../../base/selection.ts";

/** The `share` quantile with linear interpolation, as numpy's; rearranges `values`. */
export function quantile(values: Float64Array, share: number): number {
  const position = share * (values.length - 1);
  const index = Math.floor(position);
  const low = selectNth(values, index);
  if (index + 1 >= values.length) return low;
  // After the selection everything behind the index is at least as large.
  let next = Number.POSITIVE_INFINITY;
  for (let i = index + 1; i < values.length; i++) next = Math.min(next, values[i]!);
  return low + (position - index) * (next - low);
}
