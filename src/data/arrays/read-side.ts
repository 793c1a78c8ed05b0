/** Labels and factors of each split, from arrays beside its images or from another file. */

import { BetalabError } from "../../base/errors.ts";
import { plural } from "../../base/format.ts";
import type { Labels, Split } from "../dataset.ts";
import type { StoredArray } from "../formats/array-file.ts";
import type { FactorsOption } from "../options.ts";
import type { Parts } from "../parts.ts";
import { selectFactors } from "../split.ts";
import { factorsOfTable } from "../tables/choose.ts";
import type { Read } from "../tables/names.ts";
import { readFactorFile } from "../tables/open.ts";
import type { ArrayPart, ReadOptions } from "./part.ts";
import { alignLabels, countFirst, factorsOf, labelsOf, type SideArray } from "./side.ts";

/** What can be read of one split; what can't is noted, or an error where it was asked for. */
export async function readSide(
  part: ArrayPart,
  count: number,
  notes: string[],
  wanted: FactorsOption | undefined,
): Promise<Omit<Split, "images">> {
  const { labels, factors, factorValues } = part;
  /** MATLAB's tables have the count last. */
  const side = async (array: StoredArray): Promise<SideArray> => countFirst(await array.whole(), count);
  const take = async <T>(
    what: string,
    array: StoredArray | undefined,
    wanted: ArrayPart["labelsWanted"],
    work: () => Promise<Read<T>>,
  ) => {
    if (array === undefined) return undefined;
    let read: Read<T>;
    try {
      // The count first: an array of another length is not read, however long it is.
      const rows = array.shape.find((size) => size === count) ?? array.shape[0] ?? 1;
      read = rows === count ? await work() : { reason: `${rows} ${what} for ${plural(count, "image")}` };
    } catch (error) {
      if (!(error instanceof BetalabError) || error.code !== "data") throw error;
      read = { reason: error.message };
    }
    if ("value" in read) return read.value;
    if (wanted) {
      const hint = wanted === "asked" ? `name another array, or leave it out: data.${what}: none` : undefined;
      throw new BetalabError("data", `${array.label}: ${read.reason}`, hint);
    }
    notes.push(`${what} left out: ${array.label}: ${read.reason}`);
    return undefined;
  };
  const attributes =
    wanted !== "none" &&
    !factors &&
    !factorValues &&
    part.labelsWanted === undefined &&
    part.factorsWanted !== "asked";
  let values = factorValues;
  const known = await take("labels", labels, part.labelsWanted, async () => {
    const array = await side(labels!);
    const read = labelsOf(array, count, part.labelNames);
    const table = array.numbers !== undefined && array.shape.length === 2;
    if (
      "value" in read ||
      !attributes ||
      !table ||
      !("value" in factorsOf({ values: array }, count, part.factorNames, wanted))
    )
      return read;
    values = labels;
    return { reason: `they are read as factors: ${read.reason}` };
  });
  const table = await take("factors", factors ?? values, part.factorsWanted, async () =>
    factorsOf(
      { classes: factors && (await side(factors)), values: values && (await side(values)) },
      count,
      part.factorNames,
      wanted,
      (factors ?? values)!.label,
    ),
  );
  if (table) notes.push(...table.notes);
  return { ...(known && { labels: known }), ...(table && { factors: table.factors }) };
}

/** The factors of another file: its rows are the images of all splits, in the order train, val, test. */
export async function addFactors(
  side: Map<string, Omit<Split, "images">>,
  names: readonly (keyof Parts<number>)[],
  counts: Parts<number>,
  { factors: wanted, path = "." }: ReadOptions,
  notes: string[],
): Promise<void> {
  if (typeof wanted !== "object") return;
  const { file } = wanted;
  if (file === undefined) {
    if ([...side.values()].some(({ factors }) => factors !== undefined)) return;
    throw new BetalabError(
      "data",
      "data.factors: there is no table of factors beside the images",
      "name its file or array",
    );
  }
  const total = names.reduce((sum, name) => sum + counts[name]!, 0);
  const { table, path: found } = await readFactorFile({ ...wanted, file }, path, total);
  const read =
    table.count === total
      ? factorsOfTable(table, wanted)
      : { reason: `${plural(table.count, "row")} for ${plural(total, "image")}` };
  if (!("value" in read)) throw new BetalabError("data", `${found}: ${read.reason}`);
  notes.push(...read.value.notes);
  let start = 0;
  for (const name of names) {
    const rows = Uint32Array.from({ length: counts[name]! }, (_, i) => start + i);
    if (side.has(name))
      side.set(name, { ...side.get(name), factors: selectFactors(read.value.factors, rows) });
    start += rows.length;
  }
}

/** Splits whose labels were read one by one get the same classes. */
export function alignSplits(side: Map<string, Omit<Split, "images">>): void {
  const labelled = [...side].filter(([, { labels }]) => labels !== undefined);
  const aligned = alignLabels(labelled.map(([, { labels }]) => labels as Labels));
  labelled.forEach(([name, split], i) => {
    side.set(name, { ...split, labels: aligned[i]! });
  });
}
