/** The types of number that array files hold, by numpy's names, their bytes as numbers, and the lengths of arrays. Pure; little-endian machines. */

import { BetalabError } from "../../base/errors.ts";
import { halfToFloat } from "../../base/half.ts";

const constructors = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  uint64: BigUint64Array,
  int64: BigInt64Array,
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

export type NumberName = keyof typeof constructors;

/** A type of number as it lies in a file. */
export interface NumberType {
  readonly name: NumberName;
  readonly bigEndian?: boolean;
}

export function numberBytes(type: NumberType): number {
  return constructors[type.name].BYTES_PER_ELEMENT;
}

/** The type of a numpy code such as `<f4`, `|u1`, `>i2`; nothing for one that is no number. */
export function numpyType(code: string): NumberType | undefined {
  const [, order, kind, size] = /^([<>|=]?)([buif])(\d+)$/.exec(code) ?? [];
  if (kind === undefined) return undefined;
  const bits = 8 * Number(size);
  const name = kind === "b" ? "bool" : `${{ u: "uint", i: "int", f: "float" }[kind]}${bits}`;
  if (!Object.hasOwn(constructors, name) || (kind === "b" && bits !== 8)) return undefined;
  return { name: name as NumberName, ...(order === ">" && bits > 8 && { bigEndian: true }) };
}

/**
 * The numbers of `bytes`, whose length is a multiple of the item's; those of one byte are not copied.
 *
 * Throws `data` for a 64-bit integer beyond ±2⁵³, naming the array `name`.
 */
export function decodeNumbers(bytes: Uint8Array, type: NumberType, name: string): ArrayLike<number> {
  if (type.name === "uint8" || type.name === "bool") return bytes;
  // Not `slice`: of a Buffer, as zlib gives them, that is a view of memory which others use too.
  const own = new Uint8Array(bytes);
  if (type.bigEndian) swap(own, numberBytes(type));
  const values = new constructors[type.name](own.buffer);
  if (type.name === "float16") return Float32Array.from(values as Uint16Array, halfToFloat);
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    return Float64Array.from(values as BigInt64Array, (value) => exact(value, name));
  }
  return values as Float64Array;
}

function exact(value: bigint, name: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new BetalabError("data", `${name}: the integer ${value} is too large to be exact`);
}

function swap(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

/** `numbers` as bytes of `type`, little-endian. */
export function encodeNumbers(type: Exclude<NumberName, "float16">, numbers: ArrayLike<number>): Uint8Array {
  const big = type === "int64" || type === "uint64";
  const values = big
    ? (type === "int64" ? BigInt64Array : BigUint64Array).from(Array.from(numbers, BigInt))
    : (constructors[type] as Float64ArrayConstructor).from(numbers);
  return new Uint8Array(values.buffer);
}

/** Values of an array, the product of its shape. */
export const lengthOf = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);
