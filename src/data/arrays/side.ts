/** Labels and factors from the arrays beside the images: class numbers, one-hot rows, text; tables of factors. Pure. */

import { plural } from "../../base/format.ts";
import { showValue } from "../../base/issues.ts";
import type { Factors, Labels } from "../dataset.ts";
import { lengthOf } from "../formats/numbers.ts";
import type { FactorsOption } from "../options.ts";
import { factorsOfTable, type Table } from "../tables/choose.ts";
import { labelsOfText, naturalOrder, type Read } from "../tables/names.ts";

/** An array in memory: numbers or text, row-major. */
export interface SideArray {
  readonly shape: readonly number[];
  readonly numbers?: ArrayLike<number> | undefined;
  readonly text?: readonly string[] | undefined;
}

/** Class numbers up to this are counted from 0, with classes that do not occur; above, only those that occur are classes. */
const MOST_COUNTED = 65_535;

/** A table `[columns, count]` as `[count, columns]`; any other as it is. */
export function countFirst(array: SideArray, count: number): SideArray {
  const [columns = 1, rows = 1] = array.shape;
  if (array.shape.length !== 2 || columns === count || rows !== count || !array.numbers) return array;
  const numbers = Float64Array.from(
    { length: rows * columns },
    (_, i) => array.numbers![(i % columns) * rows + Math.floor(i / columns)]!,
  );
  return { shape: [rows, columns], numbers };
}

/** One class for each of `count` images: numbers (−1 for none), one-hot rows, or text; `names` are those of the classes. */
export function labelsOf(array: SideArray, count: number, names?: readonly string[]): Read<Labels> {
  const { shape, numbers, text } = array;
  const shown = shape.join(" × ");
  if (shape[0] !== count)
    return { reason: `${plural(shape[0] ?? 1, "label")} for ${plural(count, "image")}` };
  const columns = lengthOf(shape.slice(1));
  if (text !== undefined) {
    return columns === 1 ? { value: labelsOfText(text) } : { reason: `${shown} is not one text an image` };
  }
  if (columns === 1) return labelsOfNumbers(numbers!, names);
  if (shape.length !== 2) return { reason: `${shown} is not one class an image` };
  const classes = new Float64Array(count);
  for (let image = 0; image < count; image++) {
    const row = Array.from({ length: columns }, (_, column) => numbers![image * columns + column]!);
    const ones = row.filter((value) => value === 1).length;
    const zeros = row.filter((value) => value === 0).length;
    if (ones > 1 || ones + zeros !== columns)
      return { reason: `${shown} is neither one class an image nor one-hot` };
    classes[image] = row.indexOf(1);
  }
  return labelsOfNumbers(classes, names ?? Array.from({ length: columns }, (_, i) => String(i)));
}

function labelsOfNumbers(numbers: ArrayLike<number>, names: readonly string[] | undefined): Read<Labels> {
  let highest = -1;
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i]!;
    if (!Number.isSafeInteger(value) || value < -1)
      return { reason: `${showValue(value)} is not a class number (0, 1, 2 …; −1 for none)` };
    if (value > highest) highest = value;
  }
  if (highest < 0) return { reason: "no image has a class" };
  if (names && highest >= names.length)
    return { reason: `class ${highest}, and there are ${names.length} names` };
  if (highest <= MOST_COUNTED) {
    const all = names ?? Array.from({ length: highest + 1 }, (_, i) => String(i));
    return { value: withNone(all, Int32Array.from(numbers)) };
  }
  const occurring = [...new Set(Array.from(numbers))].filter((value) => value >= 0).sort((a, b) => a - b);
  if (occurring.length > MOST_COUNTED) return { reason: `${occurring.length} different numbers` };
  const position = new Map(occurring.map((value, i) => [value, i]));
  const values = Int32Array.from(numbers, (value) => position.get(value) ?? -1);
  return { value: withNone(occurring.map(String), values) };
}

/** Images of class −1, which have none, are a class of that name: every image has a label or the set has no labels. */
function withNone(names: readonly string[], values: Int32Array): Labels {
  if (!values.includes(-1)) return { names, values };
  return { names: [...names, "none"], values: values.map((value) => (value === -1 ? names.length : value)) };
}

/** The same labels over one list of classes: the longest where it begins with the others, else all in natural order. */
export function alignLabels(list: readonly Labels[]): Labels[] {
  const longest = list.reduce<readonly string[]>(
    (all, { names }) => (names.length > all.length ? names : all),
    [],
  );
  if (list.every(({ names }) => names.every((name, i) => name === longest[i]))) {
    return list.map(({ values }) => ({ names: longest, values }));
  }
  const names = [...new Set(list.flatMap((one) => one.names))].sort(naturalOrder);
  const position = new Map(names.map((name, i) => [name, i]));
  return list.map((one) => ({
    names,
    values: one.values.map((value) => position.get(one.names[value]!)!),
  }));
}

/**
 * dSprites' latents in the order of its columns, with the values of their levels; subsets often leave out the colour,
 * which is always white.
 */
export const dspritesGrid: readonly (readonly [name: string, values: readonly number[]])[] = [
  ["color", [1]],
  ["shape", [1, 2, 3]],
  ["scale", spaced(6, 0.5, 1)],
  ["orientation", spaced(40, 0, 2 * Math.PI)],
  ["x", spaced(32, 0, 1)],
  ["y", spaced(32, 0, 1)],
];

function spaced(count: number, from: number, to: number): number[] {
  return Array.from({ length: count }, (_, i) => from + (i * (to - from)) / (count - 1));
}

/**
 * A table of classes, of values, or both (`[count, factors]`). Columns are named by `names`; else as dSprites' when they
 * are its own, else factor1, factor2, ….
 *
 * @param label of the array, for messages
 */
export function tableOf(
  classes: SideArray | undefined,
  values: SideArray | undefined,
  names: readonly string[] | undefined,
  label: string,
): Read<Table> {
  const table = classes ?? values;
  const [count = 1, width = 1] = table?.shape ?? [];
  if (!table?.numbers || (values && !values.numbers)) return { reason: "not numbers" };
  if (table.shape.length > 2)
    return { reason: `${table.shape.join(" × ")} is not a table of [count, factors]` };
  if (classes && values && values.numbers!.length !== classes.numbers!.length) {
    return { reason: "its values and its classes differ in shape" };
  }
  const named = names?.length === width;
  const column = ({ numbers }: SideArray, which: number) =>
    Float64Array.from({ length: count }, (_, row) => numbers![row * width + which]!);
  const columns = Array.from({ length: width }, (_, which) => ({
    cells: column(table, which),
    values: classes && values && column(values, which),
  }));
  const known = named ? names : dspritesNames(columns, label);
  const nameOf = (which: number) => known?.[which] ?? `factor${which + 1}`;
  return {
    value: { label, count, named, columns: columns.map((one, which) => ({ ...one, name: nameOf(which) })) },
  };
}

/**
 * Names for columns that have none, where every one of them is dSprites': by its values, or, in the array that dSprites calls
 * `latents_classes`, by its classes. Small numbers alone say nothing: attributes of 0 and 1 are among them too.
 */
function dspritesNames(
  columns: readonly { readonly cells: Float64Array; readonly values: Float64Array | undefined }[],
  label: string,
): string[] | undefined {
  const grid = dspritesGrid.slice(-columns.length);
  const fits = columns.every(({ cells, values }, i) => {
    const levels = grid[i]?.[1] ?? [];
    const onGrid = (value: number) => levels.some((level) => Math.abs(level - value) < 1e-5);
    if (values) return values.every(onGrid);
    return cells.every(/latents_classes$/.test(label) ? (one) => levels[one] !== undefined : onGrid);
  });
  return fits && columns.length >= 5 ? grid.map(([name]) => name) : undefined;
}

/** Factors of `count` images, and notes on them, as `wanted` asks. */
export function factorsOf(
  { classes, values }: { readonly classes?: SideArray | undefined; readonly values?: SideArray | undefined },
  count: number,
  names?: readonly string[],
  wanted?: FactorsOption,
  label = "the table of factors",
): Read<{ factors: Factors; notes: string[] }> {
  const rows = (classes ?? values)?.shape[0] ?? 1;
  if (rows !== count) return { reason: `${plural(rows, "row")} for ${plural(count, "image")}` };
  const table = tableOf(classes, values, names, label);
  return "value" in table ? factorsOfTable(table.value, wanted) : table;
}
