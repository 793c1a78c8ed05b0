/**
 * Arrays of a file as a data set: one range of values for all splits, one layout, labels and factors where they can be
 * read. What every reader of array files (NPZ, IDX, CSV, …) hands its arrays to.
 */

import { createHash } from "node:crypto";
import { BetalabError } from "../../base/errors.ts";
import { report } from "../../base/progress.ts";
import type { DataContext } from "../context.ts";
import type { Labels, Split } from "../dataset.ts";
import { lengthOf, requireModest, type StoredArray } from "../formats/array-file.ts";
import { decodeNumbers, type NumberType } from "../formats/numbers.ts";
import { wholeItems } from "../formats/streams.ts";
import { fitImages } from "../images.ts";
import type { FactorsOption, SizeOption } from "../options.ts";
import { chooseParts, type Parts, partNames } from "../parts.ts";
import {
  decideRange,
  knownRange,
  mergeScans,
  proposedRange,
  toPixels,
  type ValueRange,
  ValueScan,
} from "../range.ts";
import type { SourceData } from "../source.ts";
import { joinSplits, selectFactors } from "../split.ts";
import { storePixels } from "../store/collect.ts";
import { factorsOfTable } from "../tables/choose.ts";
import type { Read } from "../tables/names.ts";
import { readFactorFile } from "../tables/open.ts";
import { arrange, deinterleave, type Layout, type LayoutHints, layoutOf, storedBytes } from "./layout.ts";
import { alignLabels, countFirst, factorsOf, labelsOf, type SideArray } from "./side.ts";

/** The arrays of one split. */
export interface ArrayPart {
  readonly images: StoredArray;
  readonly labels?: StoredArray | undefined;
  readonly labelNames?: readonly string[] | undefined;
  /** Classes of the factors, their values, or both. */
  readonly factors?: StoredArray | undefined;
  readonly factorValues?: StoredArray | undefined;
  readonly factorNames?: readonly string[] | undefined;
  /** Where a person asked for the array, or the set must have it, one that can't be used is an error. */
  readonly labelsWanted?: "asked" | "needed" | undefined;
  /** What was noticed when they were looked for. */
  readonly notes?: readonly string[];
  readonly factorsWanted?: "asked" | "needed" | undefined;
}

export interface ReadOptions extends Pick<LayoutHints, "shape" | "count" | "transposed"> {
  readonly range?: ValueRange | undefined;
  /** True where a value outside of `range` is an error instead of being clipped. */
  readonly exact?: boolean;
  readonly size?: SizeOption | undefined;
  readonly split?: "test" | "val" | "all" | undefined;
  /** Which columns of the table of factors, under which names; and where it is, if in another file. */
  readonly factors?: FactorsOption | undefined;
  /** The file or folder of the images, from where another file is looked for. */
  readonly path?: string | undefined;
}

/**
 * Opens the images of each part in memory or in the packed cache.
 *
 * @param hash hex digest of the files' content, which the pixels depend on
 *
 * Throws `data` for what is no set of images, for values without a clear range, for parts that differ in shape.
 */
export async function readArrays(
  parts: Parts<ArrayPart>,
  options: ReadOptions,
  hash: string,
  context: DataContext,
): Promise<Pick<SourceData, "sets" | "notes" | "cachePath" | "close">> {
  const names = (["all", ...partNames] as const).filter((name) => parts[name] !== undefined);
  const layouts = names.map((name) => {
    const { images } = parts[name]!;
    if (images.type === "text") throw new BetalabError("data", `${images.label}: holds text, not images`);
    const { fortran, matlab } = images;
    return layoutOf(images.shape, { ...options, fortran, matlab }, images.label);
  });
  const counts = Object.fromEntries(names.map((name, i) => [name, layouts[i]!.shape.count])) as Parts<number>;
  const { heldOut, notes: splitNotes } = chooseParts(counts, options.split);
  const used = names.filter((name) => heldOut === undefined || name === "train" || name === heldOut);
  requireOneShape(used.map((name) => [parts[name]!.images.label, layouts[names.indexOf(name)]!]));

  const notes: string[] = [...splitNotes];
  const splits = new Map<string, Split>();
  const stores: { readonly cachePath?: string; close(): void }[] = [];
  const close = () => {
    for (const store of stores) store.close();
  };
  const all = used.map((name) => parts[name]!.images);
  const range = once(() => rangeOf(all, options, context));
  try {
    // The small arrays first: what is wrong with them shows before the long read.
    const side = new Map<string, Omit<Split, "images">>();
    for (const name of used) {
      notes.push(...(parts[name]!.notes ?? []));
      side.set(name, await readSide(parts[name]!, counts[name]!, notes, options.factors));
    }
    alignSplits(side);
    await addFactors(side, names, counts, options, notes);
    for (const name of used) {
      const layout = layouts[names.indexOf(name)]!;
      const { images } = parts[name]!;
      const key = JSON.stringify([
        "arrays",
        hash,
        images.label,
        all.map((one) => one.label),
        options.range,
        options.shape,
        options.count,
        options.transposed,
      ]);
      const store = await storePixels(
        {
          shape: layout.shape,
          key: createHash("sha256").update(key).digest("hex"),
          stage: `reading ${images.label}`,
          async open() {
            const decided = await range();
            return {
              chunks: pixelsOf(images, layout, decided.range, options.exact ?? false),
              notes: [...layout.notes, ...decided.notes],
            };
          },
        },
        context,
      );
      stores.push(store);
      notes.push(...store.notes);
      splits.set(name, { images: fitImages(store.images, options.size), ...side.get(name) });
    }
  } catch (error) {
    close();
    throw error;
  }
  const ordered = used.map((name) => splits.get(name)!);
  return {
    sets:
      heldOut === undefined
        ? { all: ordered.reduce((first, second) => joinSplits(first, second)) }
        : { train: splits.get("train") ?? ordered[0]!, heldOut: splits.get(heldOut)! },
    notes: [...new Set(notes)],
    cachePath: stores.find((store) => store.cachePath !== undefined)?.cachePath,
    close,
  };
}

function requireOneShape(images: readonly (readonly [label: string, layout: Layout])[]): void {
  const text = ({ shape }: Layout) => `${shape.height}×${shape.width}×${shape.channels}`;
  const [first, ...others] = images;
  const other = others.find(([, layout]) => text(layout) !== text(first![1]));
  if (!other) return;
  throw new BetalabError(
    "data",
    `${first![0]} has images of ${text(first![1])}, ${other[0]} of ${text(other[1])} (height × width × channels)`,
    "all splits must have images of one size",
  );
}

/** The range of all arrays together, after looking at as many values as can change it or a note. */
async function rangeOf(
  arrays: readonly StoredArray[],
  { range: said, exact }: ReadOptions,
  context: DataContext,
): Promise<{ range: ValueRange; notes: string[] }> {
  if (exact && said) return { range: said, notes: [] };
  const scans: ValueScan[] = [];
  // Bytes that are read as they are lie nowhere else, however many arrays there are.
  const early = said === undefined ? arrays.length === 1 : said[0] === 0 && said[1] === 255;
  for (const array of arrays) {
    const scan = new ValueScan(said);
    const total = lengthOf(array.shape);
    for await (const values of numbersOf(array, array.itemSize)) {
      scan.add(values);
      report(context, `looking at the values of ${array.label}`, scan.count, total);
      if (early && scan.settles((array.type as NumberType).name)) break;
    }
    scans.push(scan);
  }
  const types = [...new Set(arrays.map(({ type }) => (type as NumberType).name))];
  if (said === undefined) {
    const found = arrays.map((array, i) => knownRange((array.type as NumberType).name, scans[i]!));
    const distinct = new Set(
      found.filter((_, i) => scans[i]!.max > 0).map((range) => range?.join("…") ?? "?"),
    );
    if (arrays.length > 1 && (distinct.size > 1 || types.length > 1)) {
      const told = arrays.map(
        ({ label, type }, i) => `${label} (${(type as NumberType).name}) has ${scans[i]!.span}`,
      );
      throw new BetalabError(
        "data",
        `the splits differ in their range of values: ${told.join(", ")}`,
        `say one range for all: data.range: [${proposedRange(mergeScans(scans)).join(", ")}]`,
      );
    }
  }
  const label = arrays.map((array) => array.label).join(", ");
  return decideRange(types[0]!, mergeScans(scans), said, label);
}

async function* numbersOf(array: StoredArray, unit: number): AsyncGenerator<ArrayLike<number>> {
  for await (const chunk of wholeItems(array.chunks(), unit)) {
    yield decodeNumbers(chunk, array.type as NumberType, array.label);
  }
}

/** The images of an array as `[count, height, width, channels]`, in chunks. */
async function* pixelsOf(
  array: StoredArray,
  layout: Layout,
  range: ValueRange,
  exact: boolean,
): AsyncGenerator<Uint8Array> {
  const perImage = layout.order !== undefined || layout.stored !== layout.shape.channels;
  const plain = (array.type as NumberType).name === "uint8" && range[0] === 0 && range[1] === 255;
  const unit = array.itemSize * (perImage && !layout.interleaved ? storedBytes(layout) : 1);
  const convert = async function* () {
    for await (const values of numbersOf(array, unit)) {
      if (exact) requireInside(values, range, array.label);
      yield plain ? (values as Uint8Array<ArrayBuffer>) : toPixels(values, range);
    }
  };
  if (!layout.interleaved) {
    for await (const pixels of convert()) yield arrange(pixels, layout);
    return;
  }
  const total = lengthOf(array.shape);
  requireModest(`${array.label}, whose images are interleaved (Fortran order),`, total);
  const pixels = new Uint8Array(total);
  let filled = 0;
  for await (const chunk of convert()) {
    pixels.set(chunk, filled);
    filled += chunk.length;
  }
  yield arrange(deinterleave(pixels, layout.shape.count), layout);
}

function requireInside(values: ArrayLike<number>, [low, high]: ValueRange, label: string): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value >= low && value <= high) continue;
    throw new BetalabError(
      "data",
      `${label}: the value ${value} where there are only ${low} and ${high}`,
      "for other images use data.source: npz",
    );
  }
}

async function readSide(
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
      read = rows === count ? await work() : { reason: `${rows} ${what} for ${count} images` };
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
async function addFactors(
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
      : { reason: `${table.count} rows for ${total} images` };
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
function alignSplits(side: Map<string, Omit<Split, "images">>): void {
  const labelled = [...side].filter(([, { labels }]) => labels !== undefined);
  const aligned = alignLabels(labelled.map(([, { labels }]) => labels as Labels));
  labelled.forEach(([name, split], i) => {
    side.set(name, { ...split, labels: aligned[i]! });
  });
}

/** Work done at most once, whoever asks first. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
