/**
 * NPY, numpy's format for one array: the header (versions 1, 2 and 3) and its values. Pure, from bytes. Read
 * are numbers, booleans and fixed-width text in either order; an array of Python objects needs a pickle, which is
 * a program and not data, so it is refused.
 *
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */

import { BetalabError } from "../../base/errors.ts";
import { NotRead } from "./array-file.ts";
import {
  encodeNumbers,
  lengthOf,
  type NumberName,
  type NumberType,
  numberBytes,
  numpyType,
} from "./numbers.ts";

export interface NpyHeader {
  readonly type: NumberType | "text";
  /** Of text: two kinds, Unicode in four bytes a letter, or single bytes. */
  readonly text?: { readonly bigEndian: boolean; readonly letter: 1 | 4 };
  /** Bytes of one item. */
  readonly itemSize: number;
  /** `[]` for a scalar. */
  readonly shape: readonly number[];
  /** Product of the shape. */
  readonly length: number;
  /** True where the first of several indices runs fastest. */
  readonly fortran: boolean;
}

/** Bytes before the header's length is known: magic, version, and a length of 2 or 4 bytes. */
export const npyPrefix = 12;

/** More than a header ever has; numpy itself refuses 10 000. */
const mostHeader = 2 ** 20;

/** Where the header's text begins and ends, from the first `npyPrefix` bytes. Throws `data` for another format. */
export function npyHeaderRange(prefix: Uint8Array, name: string): { start: number; end: number } {
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
  if (magic.some((byte, i) => prefix[i] !== byte)) {
    throw new BetalabError("data", `${name}: not an NPY array`);
  }
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  const version = prefix[6]!;
  if (version < 1 || version > 3) {
    throw new BetalabError(
      "data",
      `${name}: NPY version ${version}.${prefix[7]} is not known (1, 2 and 3 are)`,
    );
  }
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + length < npyPrefix || length > mostHeader) {
    throw new BetalabError("data", `${name}: damaged, its NPY header has a length of ${length}`);
  }
  return { start, end: start + length };
}

/** Reads the header's text, a Python dict literal. Throws `data` for what isn't read, naming it. */
export function parseNpyHeader(text: string, name: string): NpyHeader {
  const code = /['"]descr['"]\s*:\s*(['"])(.*?)\1/.exec(text)?.[2];
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const shapeText = /['"]shape['"]\s*:\s*\(([^)]*)\)/.exec(text)?.[1];
  if (/['"]descr['"]\s*:\s*\[/.test(text)) {
    throw new NotRead(`${name}: a structured array; only plain arrays are read`);
  }
  if (code === undefined || order === undefined || shapeText === undefined) {
    throw new BetalabError(
      "data",
      `${name}: its NPY header can't be understood: ${text.trim().slice(0, 120)}`,
    );
  }
  if (code.includes("O")) {
    throw new NotRead(
      `${name}: an array of Python objects, which only running its pickle could read`,
      "save it as a plain array of numbers: numpy.save(…, allow_pickle=False)",
    );
  }
  const shape = shapeText
    .split(",")
    .filter((part) => part.trim() !== "")
    // Python 2 wrote long integers as 737280L, and dSprites was saved by it.
    .map((part) => Number(part.trim().replace(/L$/, "")));
  const length = lengthOf(shape);
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0) || !Number.isSafeInteger(length)) {
    throw new BetalabError("data", `${name}: its NPY header has the shape (${shapeText})`);
  }
  return { ...parseType(code, name), shape, length, fortran: order === "True" && shape.length > 1 };
}

function parseType(code: string, name: string): Pick<NpyHeader, "type" | "text" | "itemSize"> {
  const number = numpyType(code);
  if (number !== undefined) return { type: number, itemSize: numberBytes(number) };
  const [, order, kind, width] = /^([<>|=]?)([US])(\d+)$/.exec(code) ?? [];
  if (kind === undefined) {
    throw new NotRead(
      `${name}: values of type "${code}" are not read; integers, floats of 16 to 64 bits, booleans and text are`,
    );
  }
  const letter = kind === "U" ? 4 : 1;
  if (Number(width) === 0) throw new BetalabError("data", `${name}: text of type "${code}" has no letters`);
  return { type: "text", text: { bigEndian: order === ">", letter }, itemSize: letter * Number(width) };
}

/** The texts of a whole array, row-major. Throws `data` for what is no Unicode. */
export function decodeText({ length, itemSize, text }: NpyHeader, bytes: Uint8Array, name: string): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { letter, bigEndian } = text!;
  return Array.from({ length }, (_, i) => {
    let word = "";
    for (let at = i * itemSize; at < (i + 1) * itemSize; at += letter) {
      const point = letter === 1 ? bytes[at]! : view.getUint32(at, !bigEndian);
      if (point > 0x10ffff) throw new BetalabError("data", `${name}: text that is not Unicode`);
      if (point !== 0) word += String.fromCodePoint(point);
    }
    return word;
  });
}

/** The header of an NPY file, version 1, padded so that the values begin at a multiple of 64; `code` is numpy's. */
export function encodeNpyHeader(code: string, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${code}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(length).fill(0x20);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[length - 1] = 0x0a;
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

/** A whole NPY file of numbers; `code` is numpy's, little-endian. */
export function encodeNpy(code: string, shape: readonly number[], numbers: ArrayLike<number>): Uint8Array {
  const header = encodeNpyHeader(code, shape);
  const values = encodeNumbers(numpyType(code)!.name as Exclude<NumberName, "float16">, numbers);
  const bytes = new Uint8Array(header.length + values.length);
  bytes.set(header);
  bytes.set(values, header.length);
  return bytes;
}
