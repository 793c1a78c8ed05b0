/**
 * MAT files: MATLAB's arrays of numbers by name, version 5 to 7 (elements that may each be compressed) here, version
 * 7.3 through HDF5. Values come in the first index fastest, as MATLAB has them. Cells, structures, sparse and complex
 * arrays are not read, and do no harm until asked for.
 *
 * Format: MAT-File Format, R2024a, https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf
 */

import { closeSync, createReadStream, fstatSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { pipeline } from "node:stream";
import { createInflate } from "node:zlib";
import { BetalabError } from "../../base/errors.ts";
import { type ArrayFile, NotRead, requireHeld, type StoredArray } from "./array-file.ts";
import { isHdf5, openHdf5 } from "./hdf5.ts";
import {
  decodeNumbers,
  encodeNumbers,
  lengthOf,
  type NumberName,
  type NumberType,
  numberBytes,
} from "./numbers.ts";
import { streamedArray } from "./streamed-array.ts";
import { ByteReader, firstBytes, mostInflated, unreadable, wholeItems } from "./streams.ts";

/** How values lie in the file. */
const storageTypes: Readonly<Record<number, Exclude<NumberName, "float16">>> = {
  1: "int8",
  2: "uint8",
  3: "int16",
  4: "uint16",
  5: "int32",
  6: "uint32",
  7: "float32",
  9: "float64",
  12: "int64",
  13: "uint64",
};

/** What they are to MATLAB, which stores whole doubles in as few bytes as hold them. */
const classTypes: Readonly<Record<number, Exclude<NumberName, "float16">>> = {
  6: "float64",
  7: "float32",
  8: "int8",
  9: "uint8",
  10: "int16",
  11: "uint16",
  12: "int32",
  13: "uint32",
  14: "int64",
  15: "uint64",
};

const otherClasses: Readonly<Record<number, string>> = {
  1: "a cell array",
  2: "a structure",
  3: "an object",
  4: "text",
  5: "a sparse array",
  16: "a function",
  17: "an object",
};

const [MATRIX, COMPRESSED] = [14, 15];

/** One array of the file: where its element lies. */
interface Element {
  readonly name: string;
  readonly start: number;
  readonly length: number;
  readonly compressed: boolean;
}

/** Opens a MAT file. Throws `data` when it is none, of version 4, or truncated. */
export async function openMat(path: string): Promise<ArrayFile> {
  const magic = firstBytes(path, 128);
  if (isHdf5(path)) return openHdf5(path, { matlab: true });
  const order = new TextDecoder("latin1").decode(magic.subarray(126));
  if (magic.length < 128 || (order !== "IM" && order !== "MI")) {
    throw new BetalabError(
      "data",
      `${path}: not a MAT file of version 5 to 7.3`,
      "in MATLAB: save file.mat -v7",
    );
  }
  const file = new MatFile(path, order === "MI");
  const elements = await file.elements();
  return {
    path,
    names: elements.map(({ name }) => name),
    open: (name) => file.open(elements.find((one) => one.name === name)!),
  };
}

class MatFile {
  readonly #path: string;
  readonly #name: string;
  readonly #little: boolean;

  constructor(path: string, bigEndian: boolean) {
    this.#path = path;
    this.#name = basename(path);
    this.#little = !bigEndian;
  }

  async elements(): Promise<Element[]> {
    const places: Omit<Element, "name">[] = [];
    const file = openSync(this.#path, "r");
    try {
      const { size } = fstatSync(file);
      const tag = new Uint8Array(8);
      for (let at = 128; at < size; ) {
        const whole = readSync(file, tag, 0, 8, at) === 8;
        const [type, length] = [this.#word(tag, 0), this.#word(tag, 4)];
        const known = type === MATRIX || type === COMPRESSED;
        if (!whole || !known || length === 0 || at + 8 + length > size) {
          throw new BetalabError("data", `${this.#name}: truncated or damaged, at byte ${at} of ${size}`);
        }
        places.push({ start: at + 8, length, compressed: type === COMPRESSED });
        // Compressed elements alone are not padded.
        at += 8 + (type === COMPRESSED ? length : Math.ceil(length / 8) * 8);
      }
    } catch (error) {
      throw unreadable(this.#path, error);
    } finally {
      closeSync(file);
    }
    const elements: Element[] = [];
    for (const place of places) {
      const reader = new ByteReader(this.#content(place), `${this.#name}: an array`);
      try {
        const { name } = await this.#header(reader, place);
        // Objects leave a part without a name.
        if (name !== "") elements.push({ ...place, name });
      } finally {
        await reader.close();
      }
    }
    return elements;
  }

  async open(element: Element): Promise<StoredArray> {
    const label = `${this.#name}: ${element.name}`;
    const little = this.#little;
    return streamedArray(
      label,
      () => this.#content(element),
      async (reader) => {
        const { kind, complex, logical, shape } = await this.#header(reader, element);
        const own = classTypes[kind];
        if (own === undefined || complex) {
          const what = own ? "complex numbers" : (otherClasses[kind] ?? "unknown");
          throw new NotRead(`${label}: ${what}; arrays of numbers are read`);
        }
        const { type, length, small } = await this.#tag(reader);
        const stored = storageTypes[type];
        if (stored === undefined) throw new BetalabError("data", `${label}: damaged, values of type ${type}`);
        const available = element.compressed ? element.length * mostInflated : element.length;
        requireHeld(label, lengthOf(shape) * numberBytes({ name: stored }), Math.min(length, available));
        const name = logical ? "bool" : own;
        const itemSize = numberBytes({ name });
        return { type: { name }, itemSize, shape, fortran: true, matlab: true, stored, small };
      },
      {
        async *values(reader, { shape, type: { name }, stored, small }) {
          const as: NumberType = { name: stored, bigEndian: !little && numberBytes({ name: stored }) > 1 };
          const bytes = lengthOf(shape) * numberBytes(as);
          const values = small ? [small.subarray(0, bytes)] : reader.first(bytes);
          const plain = little && (stored === name || (name === "bool" && stored === "uint8"));
          for await (const chunk of wholeItems(values, numberBytes(as))) {
            yield plain ? chunk : encodeNumbers(name, decodeNumbers(chunk, as, label));
          }
        },
      },
    );
  }

  /** The element's header: class, flags, dimensions and name; the reader then stands before the values. */
  async #header(reader: ByteReader, { compressed }: Pick<Element, "compressed">) {
    if (compressed) {
      const outer = await this.#tag(reader);
      if (outer.type !== MATRIX) throw this.#damaged("a compressed part that is not an array");
    }
    const flags = await this.#part(reader);
    const [kind = 0, bits = 0] = this.#little ? flags : flags.subarray(2, 4).toReversed();
    const dimensions = await this.#part(reader);
    const shape = Array.from({ length: dimensions.length / 4 }, (_, i) => this.#word(dimensions, 4 * i));
    const name = new TextDecoder().decode(await this.#part(reader));
    // A function and an opaque object have other parts here; they have no dimensions that make sense.
    if (!Number.isSafeInteger(lengthOf(shape) * 8)) throw this.#damaged(`dimensions ${shape.join(" × ")}`);
    return { kind, complex: (bits & 8) !== 0, logical: (bits & 2) !== 0, shape, name };
  }

  async *#content({ start, length, compressed }: Omit<Element, "name">): AsyncGenerator<Uint8Array> {
    const file = createReadStream(this.#path, { start, end: start + length - 1, highWaterMark: 1 << 18 });
    const chunks = compressed ? pipeline(file, createInflate({ chunkSize: 1 << 18 }), () => {}) : file;
    try {
      for await (const chunk of chunks) yield chunk as Uint8Array;
    } catch (error) {
      throw unreadable(this.#name, error, "damaged");
    }
  }

  /** A part's type and length; `small` is its content where that lies within the tag. */
  async #tag(reader: ByteReader): Promise<{ type: number; length: number; small?: Uint8Array }> {
    const bytes = await reader.take(8, "an array's header");
    const first = this.#word(bytes, 0);
    const length = first >>> 16;
    if (length === 0) return { type: first, length: this.#word(bytes, 4) };
    if (length > 4) throw this.#damaged(`a part of ${length} bytes within its tag`);
    return { type: first & 0xffff, length, small: bytes.subarray(4, 4 + length) };
  }

  /** A short part: flags, dimensions, a name. */
  async #part(reader: ByteReader): Promise<Uint8Array> {
    const { length, small } = await this.#tag(reader);
    if (small) return small;
    if (length > 4096) throw this.#damaged(`a header of ${length} bytes`);
    return (await reader.take(Math.ceil(length / 8) * 8, "an array's header")).subarray(0, length);
  }

  #word(bytes: Uint8Array, at: number): number {
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at, this.#little);
  }

  #damaged(what: string): BetalabError {
    return new BetalabError("data", `${this.#name}: damaged: ${what}`, "copy or download the file again");
  }
}
