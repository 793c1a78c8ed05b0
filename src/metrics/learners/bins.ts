/**
 * Continuous features as some hundred ordered bins of about equally many samples: what makes a tree's search for
 * a split a short scan of sums. A feature with no more distinct values than bins loses nothing.
 */

import type { Columns } from "../../base/linear-algebra.ts";

export interface BinnedColumn {
  /** `[samples]`: the bin of each. */
  readonly bins: Uint16Array;
  readonly count: number;
  /** The smallest and the largest value in each bin. */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

export function binColumns(columns: Columns, most: number): BinnedColumn[] {
  return columns.map((column) => binColumn(column, most));
}

function binColumn(column: Float32Array | Float64Array, most: number): BinnedColumn {
  const sorted = column.slice().sort();
  const all = new Set(sorted).size <= most;
  const low: number[] = [];
  const high: number[] = [];
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i]!;
    const isNew = value !== sorted[i - 1];
    // Equal values stay together, so a bin may overshoot its share; the next one then starts late.
    if (low.length === 0 || (isNew && (all || i >= (low.length * sorted.length) / most))) {
      low.push(value);
      high.push(value);
    } else high[high.length - 1] = value;
  }
  const bins = Uint16Array.from(column, (value) => firstWhere(low, (start) => start > value) - 1);
  return { bins, count: low.length, low: Float64Array.from(low), high: Float64Array.from(high) };
}

/** Index of the first entry that fits; those that fit come last. */
export function firstWhere(rising: ArrayLike<number>, fits: (value: number) => boolean): number {
  let [from, to] = [0, rising.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (fits(rising[middle]!)) to = middle;
    else from = middle + 1;
  }
  return from;
}
