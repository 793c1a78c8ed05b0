/**
 * Images, labels and factors from the arrays of an NPZ or NPY file, for the sources `npz` and `dsprites`: which
 * array is which, and that they agree.
 */

import { createHash } from "node:crypto";
import { basename } from "node:path";
import { BetalabError, suggest } from "../../base/errors.ts";
import type { DataContext } from "../context.ts";
import type { Factors, Labels, Split } from "../dataset.ts";
import { factorsFromTable } from "../factors.ts";
import type { NpyHeader, NpyNumberType } from "../formats/npy.ts";
import type { ArrayFile } from "../formats/npz.ts";
import { findScale, type PixelScale, toPixels } from "../formats/pixels.ts";
import type { ImagesShape } from "../images.ts";
import { type StoredImages, storePixels } from "../store/collect.ts";

/** Names under which image arrays are commonly saved, most telling first. */
const imageNames = ["imgs", "images", "x", "X", "data", "arr_0", "array"];
const labelNames = ["labels", "y", "Y", "targets"];

/** dSprites' latents in the order of its columns; subsets often leave out the colour, which is always white. */
const dspritesNames = ["color", "shape", "scale", "orientation", "x", "y"];

/** The array that holds the images: the one asked for, a common name, or the only one with 3 or 4 dimensions. */
export async function findImagesArray(file: ArrayFile, wanted: string | undefined): Promise<string> {
  if (wanted !== undefined) return existing(file, wanted, "data.images");
  const usual = imageNames.find((name) => file.names.includes(name));
  if (usual !== undefined) return usual;
  const found: string[] = [];
  const shapes: string[] = [];
  for (const name of file.names) {
    try {
      const { shape } = await file.header(name);
      shapes.push(`${name} (${shape.join(" × ")})`);
      if (shape.length === 3 || shape.length === 4) found.push(name);
    } catch {
      shapes.push(`${name} (can't be read)`);
    }
  }
  if (found.length === 1) return found[0]!;
  throw new BetalabError(
    "data",
    `${basename(file.path)}: ${found.length === 0 ? "no array of images" : "several arrays of images"} among ${shapes.join(", ") || "no arrays at all"}`,
    "images are [count, height, width] or [count, height, width, channel]; name the array in data.images",
  );
}

/** The array that holds the labels, if any. */
export function findLabelsArray(file: ArrayFile, wanted: string | undefined): string | undefined {
  if (wanted !== undefined) return existing(file, wanted, "data.labels");
  return labelNames.find((name) => file.names.includes(name));
}

function existing(file: ArrayFile, name: string, option: string): string {
  if (file.names.includes(name)) return name;
  const message = `${option}: ${basename(file.path)} has no array "${name}"`;
  throw new BetalabError("data", message, suggest(name, file.names));
}

/**
 * The images of one array, in memory or in the packed cache. `scale` says how values become pixels; without it
 * the array is read once more to find out.
 *
 * Throws `data` for a shape that is no set of images and for values that are no pixels.
 */
export async function readImagesArray(
  file: ArrayFile,
  name: string,
  fileHash: string,
  scale: PixelScale | undefined,
  context: DataContext,
): Promise<StoredImages> {
  const label = `${basename(file.path)}: ${name}`;
  const header = await file.header(name);
  const shape = imagesShape(header, label);
  if (header.type.startsWith("<U")) throw new BetalabError("data", `${label}: holds text, not images`);
  const type = header.type as NpyNumberType;
  return storePixels(
    {
      shape,
      key: createHash("sha256").update(`npz ${fileHash} ${name} ${scale}`).digest("hex"),
      stage: `reading ${basename(file.path)}`,
      async *open() {
        const known =
          scale ?? (await findScale((await file.stream(name)).chunks, type, header.itemSize, label));
        yield* toPixels((await file.stream(name)).chunks, type, header.itemSize, known, label);
      },
    },
    context,
  );
}

function imagesShape({ shape, length }: NpyHeader, label: string): ImagesShape {
  const [count, height, width, channels = 1] = shape;
  const shown = shape.join(" × ") || "a single number";
  const advice = "images are [count, height, width] or [count, height, width, channel]";
  if (shape.length !== 3 && shape.length !== 4) {
    throw new BetalabError(
      "data",
      `${label}: ${shown} is not a set of images`,
      `${advice}; reshape the array`,
    );
  }
  if (channels !== 1 && channels !== 3) {
    const first = height === 1 || height === 3;
    throw new BetalabError(
      "data",
      `${label}: ${shown} has ${channels} channels in its last dimension; 1 and 3 are read`,
      first ? `${advice}; move the channels last with array.transpose(0, 2, 3, 1)` : advice,
    );
  }
  if (length === 0) throw new BetalabError("data", `${label}: ${shown}, there are no images in it`);
  return { count: count!, height: height!, width: width!, channels };
}

/**
 * Labels `[count]` of one array, named by `label_names` where the file has that.
 *
 * Throws `data` for another count than the images', and for values that are no class numbers.
 */
export async function readLabelsArray(file: ArrayFile, name: string, count: number): Promise<Labels> {
  const label = `${basename(file.path)}: ${name}`;
  const { shape, numbers } = await file.array(name);
  const flat = shape.length === 1 || (shape.length === 2 && shape[1] === 1);
  if (!flat || !numbers)
    throw new BetalabError("data", `${label}: not a list of class numbers (${shape.join(" × ")})`);
  requireCount(numbers.length, count, "labels", label);
  const wrong = numbers.find((value) => !Number.isInteger(value) || value < 0 || value > 65535);
  if (wrong !== undefined) {
    throw new BetalabError("data", `${label}: ${wrong} is no class number`, "classes are counted from 0");
  }
  const classes = numbers.reduce((max, value) => Math.max(max, value), 0) + 1;
  const names = file.names.includes("label_names") ? (await file.array("label_names")).text : undefined;
  if (names && names.length < classes) {
    throw new BetalabError("data", `${label}: ${classes} classes and ${names.length} names in label_names`);
  }
  return {
    names: names ?? Array.from({ length: classes }, (_, i) => String(i)),
    values: Int32Array.from(numbers),
  };
}

/** Whether the file has the keys of dSprites. */
export function hasFactors(file: ArrayFile): boolean {
  return file.names.includes("latents_classes");
}

/**
 * The factors of a file with dSprites' keys, and notes on them. Columns are named by `factor_names` (which
 * `data make` writes), else as dSprites' when there are as many, else factor1, factor2, ….
 *
 * Throws `data` for another count than the images'.
 */
export async function readFactorArrays(
  file: ArrayFile,
  count: number,
): Promise<{ factors: Factors; notes: string[] }> {
  const label = `${basename(file.path)}: latents_classes`;
  const { shape, numbers: classes } = await file.array("latents_classes");
  const columns = shape[1];
  if (shape.length !== 2 || columns === undefined || !classes) {
    throw new BetalabError("data", `${label}: ${shape.join(" × ")} is not a table of [count, factors]`);
  }
  requireCount(shape[0]!, count, "rows of factors", label);
  const values = file.names.includes("latents_values")
    ? (await file.array("latents_values")).numbers
    : undefined;
  if (values && values.length !== classes.length) {
    throw new BetalabError(
      "data",
      `${basename(file.path)}: latents_values and latents_classes differ in shape`,
    );
  }
  const saved = file.names.includes("factor_names") ? (await file.array("factor_names")).text : undefined;
  const names = saved?.length === columns ? saved : namesOf(columns);
  const { factors, constant } = factorsFromTable({ count, columns, classes, values, names });
  const notes: string[] = [];
  if (constant.length > 0) {
    const [are, them] = constant.length === 1 ? ["is", "its"] : ["are", "their"];
    notes.push(`${constant.join(", ")} ${are} left out of the factors: all images share ${them} one level`);
  }
  if (!factors.complete && factors.factors.length > 0) {
    notes.push("the factors are no complete grid: not every combination of levels occurs exactly once");
  }
  return { factors, notes };
}

function namesOf(columns: number): string[] {
  if (columns === 6) return [...dspritesNames];
  if (columns === 5) return dspritesNames.slice(1);
  return Array.from({ length: columns }, (_, i) => `factor${i + 1}`);
}

function requireCount(found: number, images: number, what: string, label: string): void {
  if (found !== images) {
    throw new BetalabError(
      "data",
      `${label}: ${found} ${what} for ${images} images`,
      "both arrays must have one entry per image, in the same order",
    );
  }
}

/** All that a file says about one array of images, factors included when it has dSprites' keys. */
export async function readNpzSplit(
  file: ArrayFile,
  arrays: { readonly images: string; readonly labels?: string | undefined; readonly factors: boolean },
  fileHash: string,
  scale: PixelScale | undefined,
  context: DataContext,
): Promise<{ split: Split; notes: string[]; cachePath?: string | undefined; close(): void }> {
  // The small arrays first: what is wrong with them shows before the long read.
  const { shape } = await file.header(arrays.images);
  const count = shape[0] ?? 0;
  const labels = arrays.labels ? await readLabelsArray(file, arrays.labels, count) : undefined;
  const known = arrays.factors ? await readFactorArrays(file, count) : undefined;
  const store = await readImagesArray(file, arrays.images, fileHash, scale, context);
  return {
    split: {
      images: store.images,
      ...(labels && { labels }),
      ...(known && known.factors.factors.length > 0 && { factors: known.factors }),
    },
    notes: known?.notes ?? [],
    cachePath: store.cachePath,
    close: () => store.close(),
  };
}
