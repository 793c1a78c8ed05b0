/**
 * NPY, numpy's format for one array: the header (versions 1, 2 and 3) and its values. Pure, from bytes. Read
 * are C-ordered little-endian numbers, booleans and fixed-width text; an array of Python objects needs a
 * pickle, which is a program and not data, so it is refused.
 *
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */

import { BetalabError } from "../../base/errors.ts";

/** The types read, by numpy's own names; text (`<U5`) is kept apart because its width varies. */
const itemSizes = { "|b1": 1, "|u1": 1, "<i4": 4, "<i8": 8, "<f4": 4, "<f8": 8 } as const;

export type NpyNumberType = keyof typeof itemSizes;

export interface NpyHeader {
  readonly type: NpyNumberType | `<U${number}`;
  /** Bytes of one item. */
  readonly itemSize: number;
  /** `[]` for a scalar. */
  readonly shape: readonly number[];
  /** Product of the shape. */
  readonly length: number;
}

/** One array in memory: numbers as float64 (int64 above 2⁵³ is an error), or text. */
export type NpyArray =
  | { readonly shape: readonly number[]; readonly numbers: Float64Array; readonly text?: undefined }
  | { readonly shape: readonly number[]; readonly text: readonly string[]; readonly numbers?: undefined };

/** Bytes before the header's length is known: magic, version, and a length of 2 or 4 bytes. */
export const npyPrefix = 12;

/** Where the header's text begins and ends, from the first `npyPrefix` bytes. Throws `data` for another format. */
export function npyHeaderRange(prefix: Uint8Array, name: string): { start: number; end: number } {
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
  if (magic.some((byte, i) => prefix[i] !== byte)) {
    throw new BetalabError("data", `${name}: not an NPY array`);
  }
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  const version = prefix[6]!;
  if (version === 1) return { start: 10, end: 10 + view.getUint16(8, true) };
  if (version === 2 || version === 3) return { start: 12, end: 12 + view.getUint32(8, true) };
  throw new BetalabError(
    "data",
    `${name}: NPY version ${version}.${prefix[7]} is not known (1, 2 and 3 are)`,
  );
}

/** Reads the header's text, a Python dict literal. Throws `data` for what isn't read, naming it. */
export function parseNpyHeader(text: string, name: string): NpyHeader {
  const type = /['"]descr['"]\s*:\s*(['"])(.*?)\1/.exec(text)?.[2];
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const shapeText = /['"]shape['"]\s*:\s*\(([^)]*)\)/.exec(text)?.[1];
  if (/['"]descr['"]\s*:\s*\[/.test(text)) {
    throw new BetalabError("data", `${name}: a structured array; only plain arrays are read`);
  }
  if (type === undefined || order === undefined || shapeText === undefined) {
    throw new BetalabError(
      "data",
      `${name}: its NPY header can't be understood: ${text.trim().slice(0, 120)}`,
    );
  }
  if (type.includes("O")) {
    throw new BetalabError(
      "data",
      `${name}: an array of Python objects, which only running its pickle could read`,
      "save it as a plain array of numbers: numpy.save(…, allow_pickle=False)",
    );
  }
  const known = /^<U\d+$/.test(type) || Object.hasOwn(itemSizes, type);
  if (!known) {
    throw new BetalabError(
      "data",
      `${name}: values of type "${type}" are not read (${Object.keys(itemSizes).join(" ")} are)`,
      "convert it in numpy, for example with .astype('uint8')",
    );
  }
  const shape = shapeText
    .split(",")
    .filter((part) => part.trim() !== "")
    // Python 2 wrote long integers as 737280L, and dSprites was saved by it.
    .map((part) => Number(part.trim().replace(/L$/, "")));
  const length = shape.reduce((product, size) => product * size, 1);
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0) || !Number.isSafeInteger(length)) {
    throw new BetalabError("data", `${name}: its NPY header has the shape (${shapeText})`);
  }
  if (order === "True" && shape.length > 1) {
    throw new BetalabError(
      "data",
      `${name}: stored in Fortran order`,
      "save it as numpy.ascontiguousarray(array)",
    );
  }
  const itemSize = type.startsWith("<U") ? 4 * Number(type.slice(2)) : itemSizes[type as NpyNumberType];
  return { type: type as NpyHeader["type"], itemSize, shape, length };
}

/** Numbers of `type` in `bytes`, whose length is a multiple of the item size. */
export function decodeNumbers(bytes: Uint8Array, type: NpyNumberType, name: string): Float64Array {
  const out = new Float64Array(bytes.length / itemSizes[type]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < out.length; i++) {
    if (type === "|u1" || type === "|b1") out[i] = bytes[i]!;
    else if (type === "<i4") out[i] = view.getInt32(4 * i, true);
    else if (type === "<f4") out[i] = view.getFloat32(4 * i, true);
    else if (type === "<f8") out[i] = view.getFloat64(8 * i, true);
    else {
      const exact = view.getBigInt64(8 * i, true);
      out[i] = Number(exact);
      if (!Number.isSafeInteger(out[i])) {
        throw new BetalabError("data", `${name}: the integer ${exact} is too large to be exact`);
      }
    }
  }
  return out;
}

/** The values of a whole array; `bytes` are those after the header. */
export function decodeNpy(header: NpyHeader, bytes: Uint8Array, name: string): NpyArray {
  const { shape, type, length, itemSize } = header;
  if (!type.startsWith("<U")) return { shape, numbers: decodeNumbers(bytes, type as NpyNumberType, name) };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = Array.from({ length }, (_, i) => {
    let word = "";
    for (let at = i * itemSize; at < (i + 1) * itemSize; at += 4) {
      const point = view.getUint32(at, true);
      if (point > 0x10ffff) throw new BetalabError("data", `${name}: text that is not Unicode`);
      if (point !== 0) word += String.fromCodePoint(point);
    }
    return word;
  });
  return { shape, text };
}

/** The header of an NPY file, version 1, padded so that the values begin at a multiple of 64. */
export function encodeNpyHeader(type: NpyHeader["type"], shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length).fill(0x20);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[length - 1] = 0x0a;
  return bytes;
}

/** The values of `<i4`, `<i8`, `<f4`, `<f8`, `|u1` or `|b1` as bytes. */
export function encodeNumbers(type: NpyNumberType, numbers: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(numbers.length * itemSizes[type]);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i]!;
    if (type === "|u1" || type === "|b1") bytes[i] = value;
    else if (type === "<i4") view.setInt32(4 * i, value, true);
    else if (type === "<f4") view.setFloat32(4 * i, value, true);
    else if (type === "<f8") view.setFloat64(8 * i, value, true);
    else view.setBigInt64(8 * i, BigInt(value), true);
  }
  return bytes;
}

/** A whole NPY file of text, one dimension. */
export function encodeText(words: readonly string[]): Uint8Array {
  const points = words.map((word) => [...word].map((letter) => letter.codePointAt(0)!));
  const width = Math.max(1, ...points.map((word) => word.length));
  const header = encodeNpyHeader(`<U${width}`, [words.length]);
  const bytes = new Uint8Array(header.length + 4 * width * words.length);
  bytes.set(header);
  const view = new DataView(bytes.buffer, header.length);
  points.forEach((word, row) => {
    word.forEach((point, column) => {
      view.setUint32(4 * (row * width + column), point, true);
    });
  });
  return bytes;
}

/** A whole NPY file of numbers. */
export function encodeNpy(
  type: NpyNumberType,
  shape: readonly number[],
  numbers: ArrayLike<number>,
): Uint8Array {
  const header = encodeNpyHeader(type, shape);
  const values = encodeNumbers(type, numbers);
  const bytes = new Uint8Array(header.length + values.length);
  bytes.set(header);
  bytes.set(values, header.length);
  return bytes;
}
