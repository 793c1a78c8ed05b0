/**
 * `cifar`: CIFAR-10 and CIFAR-100 (Krizhevsky, 2009) as published, in the binary form or as pickles, plain or gzip; and
 * sets of 32×32 colour pictures in either form. A pickle is read and never run.
 */

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import type { ArrayPart } from "../arrays/part.ts";
import { readPublished } from "../arrays/read.ts";
import { heldArray } from "../formats/array-file.ts";
import { lengthOf } from "../formats/numbers.ts";
import { PickledArray, readNumpyPickle } from "../formats/pickle-numpy.ts";
import { hashFile, readWhole } from "../formats/streams.ts";
import { publishedOptions } from "../options.ts";
import type { Parts } from "../parts.ts";
import { source } from "../source.ts";
import { filesAt, isDirectory, notFound } from "./find.ts";

const obtain =
  "get cifar-10-binary.tar.gz or cifar-10-python.tar.gz from https://www.cs.toronto.edu/~kriz/cifar.html, unpack it, and name the folder by `data`";

const batchName = /^(data_batch.*|test_batch.*|train(\.bin)?|test(\.bin)?)(\.pickle|\.bin)?(\.gz)?$/i;
const pixels = 3 * 32 * 32;

export const cifar = source({
  name: "cifar",
  summary: "CIFAR-10 and CIFAR-100 as published, 32×32 in colour, binary or pickled",
  obtain,
  options: z.strictObject({
    ...publishedOptions,
    classes: z
      .enum(["fine", "coarse"])
      .default("fine")
      .describe("CIFAR-100's labels: 100 classes, or their 20 groups"),
  }),
  locate: ({ dataDirectory }) => (filesIn(dataDirectory).length > 0 ? dataDirectory : undefined),
  async open(options, context) {
    const place = options.path ?? context.dataDirectory;
    const files = filesIn(place);
    if (place === undefined || files.length === 0) throw notFound("CIFAR's batches", [place], obtain);
    const batches = { train: [] as Batch[], test: [] as Batch[] };
    const hash = createHash("sha256");
    for (const path of files) {
      hash.update(await hashFile(path, context));
      batches[/test/i.test(basename(path)) ? "test" : "train"].push(await readBatch(path, options.classes));
    }
    const labelNames = namesBeside(dirname(files[0]!), options.classes);
    const parts: Parts<ArrayPart> = {};
    for (const name of ["train", "test"] as const) {
      if (batches[name].length > 0)
        parts[files.length === 1 ? "all" : name] = partOf(batches[name], name, labelNames);
    }
    const name = labelNames?.length === 10 ? "CIFAR-10" : `CIFAR in ${basename(place)}`;
    const decisive = [options.size, options.split, options.classes];
    return readPublished(name, parts, options, { hash, decisive }, context);
  },
});

function filesIn(place: string | undefined): string[] {
  for (const inner of [
    "",
    "cifar-10-batches-bin",
    "cifar-10-batches-py",
    "cifar-100-binary",
    "cifar-100-python",
  ]) {
    const folder = place === undefined ? undefined : inner === "" ? place : join(place, inner);
    const all = filesAt(folder, batchName).filter((path) => !isDirectory(path));
    // Of a batch that lies there unpacked and packed, one is read.
    const found = all.filter((path) => !all.includes(path.replace(/\.gz$/, "")) || !path.endsWith(".gz"));
    if (found.length > 0) return found;
  }
  return [];
}

/** Pictures `[count, 3, 32, 32]` and their classes. */
interface Batch {
  readonly data: Uint8Array;
  readonly labels: readonly number[];
}

async function readBatch(path: string, classes: "fine" | "coarse"): Promise<Batch> {
  const name = basename(path);
  const bytes = await readWhole(path, 2 ** 30);
  if (bytes[0] === 0x80 || bytes[0] === 0x28) return fromPickle(bytes, name, classes);
  // CIFAR-100 has two labels before the pixels, the group and the class.
  const before = [1, 2].find((count) => bytes.length % (count + pixels) === 0);
  if (before === undefined || bytes.length === 0)
    throw new BetalabError(
      "data",
      `${name}: ${bytes.length} bytes are no whole number of pictures of CIFAR's binary form`,
    );
  const row = before + pixels;
  const count = bytes.length / row;
  const data = new Uint8Array(count * pixels);
  const labels: number[] = [];
  for (let i = 0; i < count; i++) {
    labels.push(bytes[i * row + (before === 2 && classes === "fine" ? 1 : 0)]!);
    data.set(bytes.subarray(i * row + before, (i + 1) * row), i * pixels);
  }
  return { data, labels };
}

function fromPickle(bytes: Uint8Array, label: string, classes: "fine" | "coarse"): Batch {
  const dict = readNumpyPickle(bytes, label);
  const entry = (...names: string[]) =>
    dict instanceof Map ? names.map((one) => dict.get(one)).find((one) => one !== undefined) : undefined;
  const data = entry("data");
  const labels = entry("labels", `${classes}_labels`);
  const whole =
    data instanceof PickledArray &&
    data.numbers instanceof Uint8Array &&
    lengthOf(data.shape.slice(1)) === pixels;
  if (
    !whole ||
    !Array.isArray(labels) ||
    labels.length !== data.shape[0] ||
    labels.some((one) => typeof one !== "number")
  ) {
    throw new BetalabError(
      "data",
      `${label}: not a batch of CIFAR: it lacks data [count, 3072] of bytes, or as many labels`,
    );
  }
  return { data: data.numbers as Uint8Array, labels: labels as number[] };
}

function partOf(
  batches: readonly Batch[],
  name: string,
  labelNames: readonly string[] | undefined,
): ArrayPart {
  const labels = Int32Array.from(batches.flatMap((batch) => batch.labels));
  const pieces = batches.map(({ data }) => data);
  return {
    images: heldArray(name, [labels.length, 3, 32, 32], pieces),
    labels: heldArray(`${name} labels`, [labels.length], [labels]),
    labelNames,
  };
}

/** The names of the classes as they are published beside the batches, as text or as a pickle. */
function namesBeside(folder: string, classes: "fine" | "coarse"): readonly string[] | undefined {
  for (const name of ["batches.meta.txt", `${classes}_label_names.txt`]) {
    const path = join(folder, name);
    if (existsSync(path))
      return readFileSync(path, "utf8")
        .split(/\s+/)
        .filter((word) => word !== "");
  }
  for (const name of ["batches.meta", "meta"]) {
    const path = join(folder, name);
    if (!existsSync(path)) continue;
    const dict = readNumpyPickle(Uint8Array.from(readFileSync(path)), name);
    const names =
      dict instanceof Map ? (dict.get("label_names") ?? dict.get(`${classes}_label_names`)) : undefined;
    if (Array.isArray(names))
      return names.map((one) => (one instanceof Uint8Array ? Buffer.from(one).toString() : String(one)));
  }
  return undefined;
}
