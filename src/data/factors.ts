/**
 * True factors from columns of numbers, one number an image (dSprites' latents, CelebA's attributes, a sampled table).
 * Pure: knows neither files nor names.
 */

import type { Factor, FactorKind, Factors } from "./dataset.ts";
import { lengthOf } from "./formats/numbers.ts";

/** One factor as a table has it. */
export interface FactorColumn {
  readonly name: string;
  /** `[count]`: the class of each image, equal where the factor is. */
  readonly classes: ArrayLike<number>;
  /** `[count]`: the value that each class stands for; without it the classes themselves are the values. */
  readonly values?: ArrayLike<number> | undefined;
  /** Names of the classes 0, 1, …. */
  readonly names?: readonly string[] | undefined;
  /** Default: what name and numbers say (see `factorsFromColumns`). */
  readonly kind?: FactorKind | undefined;
}

/** Names of factors whose numbers are classes without an order. */
const categoricalName =
  /(^|[_ -])(shape|colou?r|category|class|label|type|identity|instance|id|alphabet|character)$/i;

/** More levels than this, and more than a tenth of the images, are a quantity and no levels. */
const MOST_LEVELS = 256;

/**
 * Factors of the columns that vary. Classes needn't be 0…n−1 (a subset of dSprites keeps the original numbers): a
 * level is the rank of the class among those that occur. `constant` names the columns left out because all images
 * share one class, dSprites' colour for one.
 *
 * A column with names, or one called `shape`, `colour`, `identity`, …, is categorical. Where the columns are no complete
 * grid, one is continuous that has more than 256 values and few images of each, or fractions that hardly recur.
 */
export function factorsFromColumns(
  columns: readonly FactorColumn[],
  count: number,
): { factors: Factors; constant: string[] } {
  const ranked = columns.map((column) => rank(column, count));
  const constant = columns.filter((_, i) => ranked[i]!.values.length <= 1).map(({ name }) => name);
  const kept = columns.map((_, i) => i).filter((i) => ranked[i]!.values.length > 1);
  const levels = new Int32Array(count * kept.length);
  for (const [position, which] of kept.entries()) {
    ranked[which]!.levels.forEach((level, row) => {
      levels[row * kept.length + position] = level;
    });
  }
  const plain = kept.map((which) => {
    const { name, kind, names } = columns[which]!;
    const { values, classes } = ranked[which]!;
    return { name, kind, values, ...(names && { names: classes.map((one) => names[one] ?? String(one)) }) };
  });
  const complete = isComplete(plain, levels);
  const factors = plain.map((factor) => ({ ...factor, kind: factor.kind ?? guess(factor, count, complete) }));
  return { factors: { factors, levels, complete }, constant };
}

/** The classes that occur, ascending, the value of each, and each image's place among them. */
function rank({ classes, values = classes }: FactorColumn, count: number) {
  const firstValue = new Map<number, number>();
  for (let row = 0; row < count; row++) {
    if (!firstValue.has(classes[row]!)) firstValue.set(classes[row]!, values[row]!);
  }
  const distinct = [...firstValue.keys()].sort((a, b) => a - b);
  const levelOf = new Map(distinct.map((one, level) => [one, level]));
  const levels = Int32Array.from({ length: count }, (_, row) => levelOf.get(classes[row]!)!);
  return { classes: distinct, values: distinct.map((one) => firstValue.get(one)!), levels };
}

function guess({ name, values, names }: Factor, count: number, complete: boolean): FactorKind {
  if (names || categoricalName.test(name)) return "categorical";
  const many = values.length > MOST_LEVELS && values.length > count / 10;
  const fractions =
    values.length > 16 && values.length > count / 4 && values.some((value) => value % 1 !== 0);
  return !complete && (many || fractions) ? "continuous" : "ordinal";
}

/** `[images, factors]`: the complete grid of factors of so many levels, the last running fastest. */
export function gridLevels(sizes: readonly number[]): Int32Array {
  const count = lengthOf(sizes);
  const levels = new Int32Array(count * sizes.length);
  let stride = count;
  for (const [column, size] of sizes.entries()) {
    stride /= size;
    for (let image = 0; image < count; image++) {
      levels[image * sizes.length + column] = Math.floor(image / stride) % size;
    }
  }
  return levels;
}

/** True when `levels` (`[count, factors.length]`) has every combination of the factors' levels exactly once. */
export function isComplete(factors: readonly Factor[], levels: Int32Array): boolean {
  if (factors.length === 0) return false;
  const combinations = lengthOf(factors.map(({ values }) => values.length));
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

/**
 * The factors of one set after those of another, over the values that occur in either; nothing where their names differ.
 * Whether they are a complete grid is decided anew: a grid that was divided is one again.
 */
export function joinFactors(first: Factors, second: Factors): Factors | undefined {
  const [a, b] = [first.factors, second.factors];
  if (a.length !== b.length || a.some(({ name }, i) => name !== b[i]!.name)) return undefined;
  const joined = a.map((factor, i) => joinFactor(factor, b[i]!));
  const factors = joined.map(({ factor }) => factor);
  const width = factors.length;
  const levels = new Int32Array(first.levels.length + second.levels.length);
  for (const [i, level] of first.levels.entries()) levels[i] = joined[i % width]!.places[0][level]!;
  for (const [i, level] of second.levels.entries()) {
    levels[first.levels.length + i] = joined[i % width]!.places[1][level]!;
  }
  return { factors, levels, complete: isComplete(factors, levels) };
}

function joinFactor(first: Factor, second: Factor) {
  const keysOf = ({ names, values }: Factor): readonly (string | number)[] => names ?? values;
  const [a, b] = [keysOf(first), keysOf(second)];
  if (first === second || (a.length === b.length && a.every((key, i) => key === b[i]))) {
    const places = [...a.keys()];
    return { factor: first, places: [places, places] as const };
  }
  const all = [...new Set([...a, ...b])].sort((x, y) => (x < y ? -1 : 1));
  const place = new Map(all.map((key, level) => [key, level]));
  const values = first.names ? all.map((_, level) => level) : (all as readonly number[]);
  const kind = second.kind === "continuous" ? second.kind : first.kind;
  const factor = { name: first.name, kind, values, ...(first.names && { names: all.map(String) }) };
  return { factor, places: [a.map((key) => place.get(key)!), b.map((key) => place.get(key)!)] as const };
}
