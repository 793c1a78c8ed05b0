/**
 * The vocabulary of the graph: element types, shapes whose sizes are numbers or names, and the concrete
 * arrays that the interpreter and the runtimes exchange.
 */

import { BetalabError } from "../base/errors.ts";

export type DType = "float32" | "int32" | "int64" | "uint8" | "bool";

/** A size known while the graph is built, or the name of one that is known when it runs (`"batch"`). */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

/** Element type and shape: all that is known of a tensor while the graph is built. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** The array type that holds each element type; booleans are bytes of 0 and 1. */
export interface Storage {
  float32: Float32Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  bool: Uint8Array;
}

/** A concrete tensor: row-major data and a shape of numbers. */
export interface Value<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: readonly number[];
  readonly data: Storage[D];
}

/** A shape for people: `[batch, 28, 28]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Number of elements of a shape of numbers. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const size of shape) count *= size;
  return count;
}

/** Row-major strides in elements. */
export function strides(shape: readonly number[]): number[] {
  const result = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    result[axis] = stride;
    stride *= shape[axis]!;
  }
  return result;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** A shape error: names the operator and what it was given. */
export function shapeError(operator: string, problem: string): BetalabError {
  return new BetalabError("shape", `${operator}: ${problem}`);
}

/** The size of `axis` when the operator needs a number there. */
export function staticSize(operator: string, shape: Shape, axis: number): number {
  const size = shape[axis];
  if (typeof size !== "number") {
    throw shapeError(operator, `axis ${axis} of ${formatShape(shape)} must be a number, not a symbolic size`);
  }
  return size;
}

/** The whole shape as numbers, for operators that can't take symbolic sizes. */
export function staticShape(operator: string, shape: Shape): number[] {
  return shape.map((_, axis) => staticSize(operator, shape, axis));
}

/** The shape two operands broadcast to, by NumPy's rule (aligned at the last axis; 1 stretches). */
export function broadcastShapes(operator: string, a: Shape, b: Shape): Dimension[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw shapeError(operator, `${formatShape(a)} and ${formatShape(b)} do not broadcast at axis ${axis}`);
  });
}

/** The array types themselves. */
export const arrays = {
  float32: Float32Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

export function allocate<D extends DType>(dtype: D, length: number): Storage[D] {
  return new arrays[dtype](length) as Storage[D];
}
