/** Arrays of files that are in memory whole, as a page has them: IDX and NPY from bytes. Pure. */

import { BetalabError } from "../../base/errors.ts";
import type { SideArray } from "../arrays/side.ts";
import { requireHeld } from "./array-file.ts";
import { decodeText, npyHeaderRange, npyPrefix, parseNpyHeader } from "./npy.ts";
import { decodeNumbers, lengthOf, type NumberName, numberBytes } from "./numbers.ts";

/** The third byte of an IDX file. */
export const idxTypes: Readonly<Record<number, NumberName>> = {
  8: "uint8",
  9: "int8",
  11: "int16",
  12: "int32",
  13: "float32",
  14: "float64",
};

/** Throws "data" naming the file when it is no IDX, or truncated. */
export function wholeIdx(bytes: Uint8Array, name: string): SideArray {
  const type = idxTypes[bytes[2]!];
  const rank = bytes[3] ?? 0;
  if (bytes[0] !== 0 || bytes[1] !== 0 || type === undefined || bytes.length < 4 + 4 * rank) {
    throw new BetalabError("data", `${name}: not an IDX file`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const size = numberBytes({ name: type });
  const start = 4 + 4 * rank;
  const length = size * lengthOf(shape);
  requireHeld(name, length, bytes.length - start);
  const values = bytes.subarray(start, start + length);
  return { shape, numbers: decodeNumbers(values, { name: type, bigEndian: size > 1 }, name) };
}

/** Throws "data" naming the file when it is no NPY, or truncated, or holds what is not read. */
export function wholeNpy(bytes: Uint8Array, name: string): SideArray {
  if (bytes.length < npyPrefix) throw new BetalabError("data", `${name}: not an NPY array`);
  const { start, end } = npyHeaderRange(bytes.subarray(0, npyPrefix), name);
  const header = parseNpyHeader(new TextDecoder().decode(bytes.subarray(start, end)), name);
  const length = header.length * header.itemSize;
  requireHeld(name, length, bytes.length - end);
  const values = bytes.subarray(end, end + length);
  const { type, shape, fortran } = header;
  if (fortran) {
    throw new BetalabError("data", `${name}: in Fortran's order`, "save numpy.ascontiguousarray(…)");
  }
  if (type === "text") return { shape, text: decodeText(header, values, name) };
  return { shape, numbers: decodeNumbers(values, type, name) };
}
