/** Which IDX files belong together, for the sources `mnist`, `fashion-mnist` and `idx`; and their reading. */

import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { BetalabError } from "../../base/errors.ts";
import { sha256 } from "../../base/sha256.ts";
import type { ArrayPart, ReadOptions } from "../arrays/part.ts";
import { readArrays } from "../arrays/read.ts";
import type { DataContext } from "../context.ts";
import { openIdx } from "../formats/idx.ts";
import { hashFile } from "../formats/streams.ts";
import type { Parts } from "../parts.ts";
import type { SourceData } from "../source.ts";
import { isDirectory, isFile } from "./find.ts";

/** An images file and, where there is one, its labels. */
export interface IdxPair {
  readonly images: string;
  readonly labels?: string | undefined;
}

const imagesName = /images[-.]idx3[-.]ubyte(\.gz)?$/;

/** `train-images-idx3-ubyte.gz` → `train-labels-idx1-ubyte`, with the dots and endings in use. */
function labelsFor(images: string): string | undefined {
  const name = basename(images).replace(/\.gz$/, "");
  const stem = name.replace("images", "labels").replace("idx3", "idx1");
  const folder = dirname(images);
  // Kaggle's copy of MNIST has each file, unpacked, in a folder of its own name. Around any other lie other sets.
  const around = basename(folder) === basename(images) ? [dirname(folder), join(dirname(folder), stem)] : [];
  const places = [folder, ...around];
  return places
    .flatMap((place) => [join(place, stem), join(place, `${stem}.gz`)])
    .find((path) => basename(path) !== name && isFile(path));
}

/** What lies in a place are other files than those that are wanted. */
export class OtherSet extends BetalabError {
  constructor(message: string, hint?: string) {
    super("data", message, hint);
  }
}

/** All IDX images in a folder: in itself, in torchvision's `raw` and `set/raw`, or each in a folder of its own name (Kaggle). */
function imageFiles(folder: string, set: string): string[] {
  const below = (names: string[]) => names.map((name) => join(folder, name));
  const own = below(readdirSync(folder).filter((name) => imagesName.test(name)));
  const files = own.map((path) => (isDirectory(path) ? join(path, basename(path)) : path)).filter(isFile);
  // Where a file lies there twice, unpacked and packed, or with a dot and a dash in its name, one of them is read.
  const byName = new Map<string, string>();
  for (const path of files.sort().reverse()) {
    const name = basename(path, ".gz").replace(".idx", "-idx");
    if (!path.endsWith(".gz") || !byName.has(name)) byName.set(name, path);
  }
  const unique = [...byName.values()];
  if (unique.length > 0) return unique;
  for (const inner of ["raw", set, join(set, "raw")]) {
    if (isDirectory(join(folder, inner))) {
      const found = imageFiles(join(folder, inner), set);
      if (found.length > 0) return found;
    }
  }
  return [];
}

/**
 * The IDX files at `place`, a folder or an images file; nothing where there are none. Throws `OtherSet` when unclear.
 *
 * @param set torchvision's folder, where it is looked into
 */
export function findIdxFiles(place: string, set = "MNIST"): Parts<IdxPair> | undefined {
  if (isFile(place)) return { all: pair(place) };
  if (!isDirectory(place)) return undefined;
  const paths = imageFiles(place, set).sort();
  const train = paths.filter((path) => /train/i.test(basename(path)));
  const test = paths.filter((path) => /t10k|test/i.test(basename(path)));
  if (train.length === 1 && test.length === 1) return { train: pair(train[0]!), test: pair(test[0]!) };
  if (paths.length === 0) return undefined;
  if (paths.length > 1) {
    throw new OtherSet(
      `${place}: several IDX sets: ${paths.map((path) => basename(path)).join(", ")}`,
      "name one images file in data.path, or keep each set in a folder of its own",
    );
  }
  return { all: pair(paths[0]!) };
}

function pair(images: string): IdxPair {
  return { images, labels: labelsFor(images) };
}

export interface IdxOptions extends ReadOptions {
  /** For people. */
  readonly name: string;
  /** Names of the classes 0, 1, …; labels are then needed. Without it the classes are named by their numbers. */
  readonly labelNames?: readonly string[];
  readonly labels?: "none" | undefined;
}

/** All that belongs to the files, as one set or two. Throws as `readArrays` does. */
export async function readIdxFiles(
  files: Parts<IdxPair>,
  options: IdxOptions,
  context: DataContext,
): Promise<SourceData> {
  const { name, labelNames, labels, size, range, split } = options;
  const parts: Parts<ArrayPart> = {};
  const hashes: string[] = [];
  for (const [key, one] of Object.entries(files) as [keyof Parts<IdxPair>, IdxPair][]) {
    const labelled = labels === "none" ? undefined : one.labels;
    parts[key] = {
      images: await openIdx(one.images, [3, 4]),
      ...(labelled !== undefined && { labels: await openIdx(labelled, [1]) }),
      labelNames,
      labelsWanted: labelNames === undefined ? undefined : "needed",
    };
    for (const path of [one.images, labelled])
      if (path !== undefined) hashes.push(await hashFile(path, context));
  }
  const hash = sha256(JSON.stringify(hashes));
  return {
    ...(await readArrays(parts, options, hash, context)),
    name,
    fingerprint: sha256(JSON.stringify([hash, size, range, split, labels])),
  };
}
