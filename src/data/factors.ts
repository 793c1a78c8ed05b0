/**
 * True factors from a table of classes, one row per image, one column per factor (how dSprites and its
 * relatives write them down). Pure: knows neither files nor dSprites' names.
 */

import type { Factor, Factors } from "./dataset.ts";

/** A table `[count, columns]` of classes, row-major, and perhaps the value that each class stands for. */
export interface FactorTable {
  readonly count: number;
  readonly columns: number;
  readonly classes: ArrayLike<number>;
  /** `[count, columns]` like `classes`; without it the classes themselves are the values. */
  readonly values?: ArrayLike<number> | undefined;
  /** One per column. */
  readonly names: readonly string[];
}

/**
 * Factors of the columns that vary. Classes needn't be 0…n−1 (a subset of dSprites keeps the original
 * numbers): a level is the rank of the class among those that occur. `constant` names the columns left out
 * because all images share one class, dSprites' colour for one.
 */
export function factorsFromTable(table: FactorTable): { factors: Factors; constant: string[] } {
  const { count, columns, classes } = table;
  const values = table.values ?? classes;
  const kept: { column: number; factor: Factor; levelOf: Map<number, number> }[] = [];
  const constant: string[] = [];
  for (let column = 0; column < columns; column++) {
    const firstValue = new Map<number, number>();
    for (let row = 0; row < count; row++) {
      const at = row * columns + column;
      if (!firstValue.has(classes[at]!)) firstValue.set(classes[at]!, values[at]!);
    }
    const name = table.names[column]!;
    if (firstValue.size <= 1) {
      constant.push(name);
      continue;
    }
    const distinct = [...firstValue.keys()].sort((a, b) => a - b);
    kept.push({
      column,
      factor: { name, values: distinct.map((one) => firstValue.get(one)!) },
      levelOf: new Map(distinct.map((one, level) => [one, level])),
    });
  }
  const levels = new Int32Array(count * kept.length);
  kept.forEach(({ column, levelOf }, position) => {
    for (let row = 0; row < count; row++) {
      levels[row * kept.length + position] = levelOf.get(classes[row * columns + column]!)!;
    }
  });
  const factors = kept.map((one) => one.factor);
  return { factors: { factors, levels, complete: isComplete(factors, levels) }, constant };
}

/** True when `levels` (`[count, factors.length]`) has every combination of the factors' levels exactly once. */
export function isComplete(factors: readonly Factor[], levels: Int32Array): boolean {
  if (factors.length === 0) return false;
  const combinations = factors.reduce((product, factor) => product * factor.values.length, 1);
  // The count rules out a gap unless something occurs twice, and that is what the loop looks for.
  if (levels.length !== combinations * factors.length) return false;
  const seen = new Uint8Array(combinations);
  for (let row = 0; row < combinations; row++) {
    let position = 0;
    factors.forEach((factor, column) => {
      position = position * factor.values.length + levels[row * factors.length + column]!;
    });
    if (seen[position] === 1) return false;
    seen[position] = 1;
  }
  return true;
}
