/**
 * Arrays of a file as a data set: one range of values for all splits, one layout, labels and factors where they can be
 * read. What every reader of array files (NPZ, IDX, CSV, …) hands its arrays to.
 */

import type { Hash } from "node:crypto";
import { BetalabError } from "../../base/errors.ts";
import { once } from "../../base/once.ts";
import { report } from "../../base/progress.ts";
import { sha256 } from "../../base/sha256.ts";
import type { DataContext } from "../context.ts";
import type { Split } from "../dataset.ts";
import { requireModest, type StoredArray } from "../formats/array-file.ts";
import { decodeNumbers, lengthOf, type NumberType } from "../formats/numbers.ts";
import { wholeItems } from "../formats/streams.ts";
import { fitImages } from "../images.ts";
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
import { joinSplits } from "../split.ts";
import { storePixels } from "../store/collect.ts";
import { arrange, deinterleave, type Layout, layoutOf, storedBytes } from "./layout.ts";
import type { ArrayPart, ReadOptions } from "./part.ts";
import { addFactors, alignSplits, readSide } from "./read-side.ts";

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
          key: sha256(key),
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

/**
 * A published set, whose pixels are bytes as they are.
 *
 * @param hash has taken in the files; with `decisive`, the options that change what is read of them, it is the fingerprint
 */
export async function readPublished(
  name: string,
  parts: Parts<ArrayPart>,
  options: Pick<ReadOptions, "size" | "split">,
  { hash, decisive }: { readonly hash: Hash; readonly decisive: unknown },
  context: DataContext,
): Promise<SourceData> {
  const files = hash.copy().digest("hex");
  const fingerprint = hash.update(JSON.stringify(decisive)).digest("hex");
  const exact = { ...options, range: [0, 255] as const, exact: true };
  return { ...(await readArrays(parts, exact, files, context)), name, fingerprint };
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
