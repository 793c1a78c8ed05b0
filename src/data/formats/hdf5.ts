/**
 * HDF5 by `h5wasm` (the HDF5 library as WebAssembly, loaded when a file is opened): data sets of numbers and text, in
 * groups too (`train/images`), read by slices, so that memory stays flat. Links into other files are not followed, and
 * virtual data sets, which lie in others, are not read. A MAT file of version 7.3 is one with its dimensions reversed.
 */

import { statSync } from "node:fs";
import { basename } from "node:path";
import { BetalabError } from "../../base/errors.ts";
import { once } from "../../base/once.ts";
import { breathe } from "../../base/progress.ts";
import { fromFortran } from "../arrays/layout.ts";
import { type ArrayFile, NotRead, requireHeld, requireModest, type StoredArray } from "./array-file.ts";
import { decodeNumbers, lengthOf, type NumberName } from "./numbers.ts";
import { collect, firstBytes, mostInflated, unreadable } from "./streams.ts";

/** Bytes read at once, unless a file's chunks ask for more. */
const slabBytes = 2 ** 24;
/** Bytes that are held at most, whatever a file's chunks ask for; chunks of 15 000 images of 64×64×3, as h5py makes them, fit. */
const mostAtOnce = 3 * 2 ** 26;
/** Names looked at; more than a file of images has. */
const mostNames = 1000;

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** True for a file that begins as HDF5 does, at once or behind a block of 512 bytes (MAT 7.3). */
export function isHdf5(path: string): boolean {
  const bytes = firstBytes(path, 520);
  return [0, 512].some((start) => signature.every((byte, i) => bytes[start + i] === byte));
}

/** Opens an HDF5 file; `matlab` for one that MATLAB wrote. Throws `data` when it is none, or damaged. */
export async function openHdf5(path: string, { matlab = false } = {}): Promise<ArrayFile> {
  if (!isHdf5(path)) throw new BetalabError("data", `${path}: not an HDF5 file`);
  const library = await load();
  const names = await library.within(path, (file) => datasetNames(file, library));
  return {
    path,
    names,
    async open(name): Promise<StoredArray> {
      const label = `${basename(path)}: ${name}`;
      const { shape, type, itemSize, chunks } = await library.within(path, (file) =>
        describe(file.get(name) as Dataset, label),
      );
      const bytes = lengthOf(shape) * itemSize;
      if (type !== "text") requireHeld(label, bytes, statSync(path).size * mostInflated);
      const perRow = lengthOf(shape.slice(1)) * itemSize;
      const stored = async function* () {
        const file = library.open(path);
        try {
          const { rows, parts } = slabs(perRow, shape, chunks);
          const total = shape[0] ?? 1;
          // One buffer for all: whoever reads takes what it needs before it asks for more.
          const slab = new Uint8Array(Math.min(rows, total) * perRow);
          for (let start = 0; start < total; start += rows) {
            const count = Math.min(rows, total - start);
            for (let part = 0; part < (shape[1] ?? 1); part += parts) {
              const width = Math.min(parts, (shape[1] ?? 1) - part);
              const at = (part * perRow) / (shape[1] ?? 1);
              library.read(
                file,
                name,
                { shape, start: [start, part], count: [count, width] },
                itemSize,
                label,
                (values) => spread(values, slab, count, perRow, at),
              );
              await breathe();
            }
            for (let at = 0; at < count * perRow; at += slabBytes) {
              yield slab.subarray(at, Math.min(count * perRow, at + slabBytes));
            }
          }
        } finally {
          file.close();
        }
      };
      const own = matlab ? shape.toReversed() : shape;
      return {
        label,
        type,
        itemSize,
        shape: own,
        fortran: matlab && shape.length > 1,
        matlab,
        chunks: stored,
        async whole() {
          requireModest(label, 8 * bytes);
          if (type === "text") {
            const value = await library.within(path, (file) => (file.get(name) as Dataset).value);
            return { shape: own, text: (Array.isArray(value) ? value : [value]).map(String) };
          }
          const numbers = decodeNumbers(await collect(stored(), bytes), type, label);
          return { shape: own, numbers: matlab ? fromFortran(numbers, own) : numbers };
        },
      };
    },
  };
}

/**
 * How many rows are held at once, a multiple of the chunks' or else each chunk would be unpacked more than once; and how
 * much of the second dimension is read in one go, which takes no longer than a person waits for Ctrl-C.
 */
function slabs(perRow: number, shape: readonly number[], chunks: readonly number[]) {
  const fitting = Math.max(1, Math.floor(slabBytes / perRow));
  const [chunkRows = 1, chunkParts = 1] = chunks;
  const rows = Math.min(
    Math.max(chunkRows, fitting - (fitting % chunkRows)),
    Math.max(1, Math.floor(mostAtOnce / perRow)),
  );
  const [, second = 1] = shape;
  return { rows, parts: rows * perRow > 2 * slabBytes ? Math.min(second, chunkParts) : second };
}

/** Puts `count` pieces side by side into rows of `perRow` bytes, each from `at` on. */
function spread(pieces: Uint8Array, into: Uint8Array, count: number, perRow: number, at: number): void {
  const size = pieces.length / count;
  if (size === perRow) into.set(pieces);
  else
    for (let row = 0; row < count; row++)
      into.set(pieces.subarray(row * size, (row + 1) * size), row * perRow + at);
}

/** A part of a data set: from where to where in its first two dimensions. */
interface Part {
  readonly shape: readonly number[];
  readonly start: readonly number[];
  readonly count: readonly number[];
}

type H5 = typeof import("h5wasm/node");
type File = InstanceType<H5["File"]>;
type Group = InstanceType<H5["Group"]>;
type Dataset = InstanceType<H5["Dataset"]>;

interface Library extends Pick<H5, "Group" | "Dataset"> {
  open(path: string): File;
  /** Opens the file for one look. Throws `data` for what the library can't make out. */
  within<T>(path: string, look: (file: File) => T): T;
  /** Shows the values of a part of a data set, little-endian, in C order: the library's own memory, for that moment. */
  read(
    file: File,
    name: string,
    part: Part,
    itemSize: number,
    label: string,
    take: (values: Uint8Array) => void,
  ): void;
}

const load = once(async (): Promise<Library> => {
  const h5 = await import("h5wasm/node");
  const module = await h5.ready;
  // Without it the library prints what it meets, and what could not be read is taken for data.
  (module as unknown as { activate_throwing_error_handler(): void }).activate_throwing_error_handler();
  const open = (path: string) => guarded(path, () => new h5.File(path, "r"));
  return {
    Group: h5.Group,
    Dataset: h5.Dataset,
    open,
    within(path, look) {
      const file = open(path);
      try {
        return guarded(path, () => look(file));
      } finally {
        guarded(path, () => file.close());
      }
    },
    read(file, name, { shape, start, count }, itemSize, label, take) {
      const counts = shape.map((size, i) => count[i] ?? size);
      const big = (values: readonly number[]) => (shape.length === 0 ? null : values.map(BigInt));
      const first = shape.map((_, i) => start[i] ?? 0);
      const bytes = lengthOf(counts) * itemSize;
      const place = module._malloc(bytes);
      if (place === 0) throw new BetalabError("data", `${label}: ${bytes} bytes can't be had at once`);
      try {
        const steps = shape.map(() => 1);
        guarded(label, () =>
          module.get_dataset_data(file.file_id, name, big(counts), big(first), big(steps), BigInt(place)),
        );
        take(module.HEAPU8.subarray(place, place + bytes));
      } finally {
        module._free(place);
      }
    },
  };
});

/** The library's errors as `data` errors, each with its innermost reason alone. */
function guarded<T>(label: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof BetalabError) throw error;
    const lines = String((error as Error).message).match(/#\d+: .*?: (.*)$/gm) ?? [];
    const reason = lines.find((line) => /filter|signature|checksum|truncated/.test(line)) ?? lines.at(-1);
    const why = reason?.replace(/^.*?\(\): /, "") ?? "damaged";
    throw unreadable(label, new Error(why));
  }
}

/** Paths of all data sets; each group is entered once on the way down, and nothing is followed out of the file. */
function datasetNames(file: File, { Group, Dataset }: Library): string[] {
  const names: string[] = [];
  const visit = (group: Group, above: string, depth: number): void => {
    for (const key of group.keys()) {
      const found = names.length < mostNames ? group.get(key) : undefined;
      if (found instanceof Dataset) names.push(above + key);
      else if (found instanceof Group && depth < 4) visit(found, `${above}${key}/`, depth + 1);
    }
  };
  visit(file, "", 0);
  return names;
}

/** HDF5's classes of types, as far as they are read. */
const kinds: Readonly<Record<number, "int" | "float" | "text" | "bool">> = {
  0: "int",
  1: "float",
  3: "text",
  8: "bool",
};

function describe(dataset: Dataset, label: string) {
  const { metadata } = dataset;
  const { shape, size, type, signed, chunks, virtual_sources: elsewhere } = metadata;
  if (shape === null) throw new NotRead(`${label}: empty`);
  if (elsewhere && elsewhere.length > 0) throw new NotRead(`${label}: its values lie in other files`);
  const name = kinds[type];
  if (name === "text") return { shape, type: "text" as const, itemSize: size, chunks: [] };
  const number =
    name === "bool" ? "bool" : name === "int" ? `${signed ? "" : "u"}int${8 * size}` : `float${8 * size}`;
  const known = /^(bool|u?int(8|16|32|64)|float(16|32|64))$/.test(number) && name !== undefined;
  if (!known || (name === "bool" && size !== 1))
    throw new NotRead(`${label}: values of its type are not read; integers, floats, booleans and text are`);
  return { shape, type: { name: number as NumberName }, itemSize: size, chunks: chunks ?? [] };
}
