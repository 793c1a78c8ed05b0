/** Codes with mean 0 and standard deviation 1; a constant code becomes all zeros. */

import type { Columns } from "../../base/linear-algebra.ts";
import { mean } from "../../base/statistics.ts";

export function standardize(columns: Columns) {
  const means = columns.map(mean);
  const deviations = columns.map((column, d) => {
    let sum = 0;
    for (let i = 0; i < column.length; i++) sum += (column[i]! - means[d]!) ** 2;
    return Math.sqrt(sum / column.length);
  });
  return { columns: standardizeLike(columns, means, deviations), means, deviations };
}

/** With the means and deviations of other rows. */
export function standardizeLike(
  columns: Columns,
  means: readonly number[],
  deviations: readonly number[],
): Float64Array[] {
  return columns.map((column, d) => {
    const scale = deviations[d]! > 0 ? 1 / deviations[d]! : 0;
    return Float64Array.from(column, (value) => (value - means[d]!) * scale);
  });
}
