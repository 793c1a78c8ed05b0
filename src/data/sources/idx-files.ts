/**
 * Images and labels from IDX files, for the sources `mnist`, `fashion-mnist` and `idx`: which files belong
 * together, and that they agree.
 */

import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { BetalabError } from "../../base/errors.ts";
import type { DataContext } from "../context.ts";
import type { Labels, Split } from "../dataset.ts";
import { openIdx, readIdx } from "../formats/idx.ts";
import { hashFile } from "../formats/streams.ts";
import { imageBytes } from "../images.ts";
import type { SizeOption } from "../options.ts";
import { storePixels } from "../store/collect.ts";
import { isDirectory, isFile } from "./find.ts";
import { padToSize } from "./source.ts";

/** An images file and, where there is one, its labels. */
export interface IdxPair {
  readonly images: string;
  readonly labels?: string | undefined;
}

/** Files of one folder, or one file: a training and a test pair (MNIST's layout), or one set. */
export type IdxFiles = { readonly train: IdxPair; readonly heldOut: IdxPair } | { readonly all: IdxPair };

const imagesName = /images[-.]idx3[-.]ubyte(\.gz)?$/;

/** `train-images-idx3-ubyte.gz` → `train-labels-idx1-ubyte`, with the dots and endings in use. */
function labelsFor(images: string): string | undefined {
  const name = basename(images).replace(/\.gz$/, "");
  const stem = name.replace("images", "labels").replace("idx3", "idx1");
  const found = [stem, `${stem}.gz`].filter((one) => one !== name && isFile(join(dirname(images), one)));
  return found[0] === undefined ? undefined : join(dirname(images), found[0]);
}

/** The IDX files at `place`, a folder or an images file; nothing where there are none. Throws `data` when unclear. */
export function findIdxFiles(place: string): IdxFiles | undefined {
  if (isFile(place)) return { all: pair(place) };
  if (!isDirectory(place)) return undefined;
  // Where a file lies both packed and unpacked, the unpacked one is read.
  const all = readdirSync(place).filter((name) => imagesName.test(name));
  const names = all.filter((name) => !name.endsWith(".gz") || !all.includes(name.slice(0, -3)));
  const train = names.filter((name) => /train/i.test(name));
  const test = names.filter((name) => /t10k|test/i.test(name));
  if (train.length === 1 && test.length === 1) {
    return { train: pair(join(place, train[0]!)), heldOut: pair(join(place, test[0]!)) };
  }
  if (names.length === 0) return undefined;
  if (names.length > 1) {
    throw new BetalabError(
      "data",
      `${place}: several IDX sets: ${names.sort().join(", ")}`,
      "name one images file in data.path, or keep each set in a folder of its own",
    );
  }
  return { all: pair(join(place, names[0]!)) };
}

function pair(images: string): IdxPair {
  return { images, labels: labelsFor(images) };
}

/** One split with what is needed to fingerprint it. */
export interface IdxSplit {
  readonly split: Split;
  readonly fingerprint: string;
  readonly cachePath?: string | undefined;
  close(): void;
}

/**
 * Reads a pair. `labelNames` name the classes 0, 1, …; without them the classes are named by their numbers.
 *
 * Throws `data` for damaged or mislabelled files, for counts that differ, for a class without a name; `config`
 * for a size smaller than the images.
 */
export async function readIdxPair(
  files: IdxPair,
  options: { readonly size?: SizeOption | undefined; readonly labelNames?: readonly string[] },
  context: DataContext,
): Promise<IdxSplit> {
  const { dimensions, close: closeHeader } = await openIdx(files.images, [3]);
  await closeHeader();
  const [count, height, width] = dimensions as [number, number, number];
  const shape = { count, height, width, channels: 1 as const };
  // Both kinds of errors are found before the long read.
  const labels = files.labels && (await readLabels(files.labels, options.labelNames));
  if (labels && labels.values.length !== count) {
    throw new BetalabError(
      "data",
      `${count} images in ${basename(files.images)}, but ${labels.values.length} labels in ${basename(files.labels!)}`,
      "these two files don't belong together; copy or download both again",
    );
  }
  const fileHash = await hashFile(files.images);
  const store = await storePixels(
    {
      shape,
      key: createHash("sha256").update(`idx ${fileHash}`).digest("hex"),
      stage: `reading ${basename(files.images)}`,
      async *open() {
        yield* (await openIdx(files.images, [3])).chunks;
      },
    },
    context,
  );
  try {
    const hash = createHash("sha256").update(`${fileHash} ${imageBytes(shape)}`);
    if (labels) hash.update(labels.values);
    const images = padToSize(store.images, options.size);
    return {
      split: { images, ...(labels && { labels }) },
      fingerprint: hash.digest("hex"),
      cachePath: store.cachePath,
      close: () => store.close(),
    };
  } catch (error) {
    store.close();
    throw error;
  }
}

async function readLabels(path: string, names: readonly string[] | undefined): Promise<Labels> {
  const { values } = await readIdx(path, [1]);
  const highest = values.reduce((max, value) => Math.max(max, value), 0);
  if (names && highest >= names.length) {
    throw new BetalabError(
      "data",
      `${basename(path)}: holds the class ${highest}, and there are ${names.length} classes (0 to ${names.length - 1})`,
    );
  }
  return {
    names: names ?? Array.from({ length: highest + 1 }, (_, i) => String(i)),
    values: Int32Array.from(values),
  };
}
