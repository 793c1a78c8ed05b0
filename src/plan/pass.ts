/** What a plan is made of: buffers, and passes over the elements of a shape, which a back end writes as loops. */

import type { DType } from "../graph/index.ts";
import { denseView, isDense, stretchedOver, type View } from "./views.ts";

/** Where a buffer lies: in the session's own memory, or where an input or output of the call does. */
export type Place = "own" | { readonly input: string } | { readonly output: string };

export class Buffer {
  bytes: number;
  place: Place;
  /** Within its place. */
  offset = 0;
  /** What it holds before the first call, where that never changes. */
  readonly content: ArrayBufferView | undefined;

  constructor(bytes: number, place: Place = "own", content?: ArrayBufferView) {
    this.bytes = bytes;
    this.place = place;
    this.content = content;
  }
}

/** An argument of a kernel: an address, in bytes, within a buffer. */
export interface Argument {
  readonly buffer: Buffer;
  readonly offset: number;
}

export type NestValue =
  /** Elements in memory; the strides, in elements, are over the nest's shape. */
  | { readonly kind: "read"; readonly dtype: DType; readonly strides: readonly number[] }
  | { readonly kind: "number"; readonly number: number }
  | {
      readonly kind: "apply";
      readonly operator: string;
      readonly attributes: unknown;
      /** Indices of values before it. */
      readonly operands: readonly number[];
      readonly dtypes: readonly DType[];
    };

/** Loops over the elements of a shape, whatever memory they work on. */
export interface Nest {
  readonly shape: readonly number[];
  readonly values: readonly NestValue[];
  readonly stores: readonly {
    readonly value: number;
    readonly dtype: DType;
    readonly strides: readonly number[];
  }[];
  /** Strides of 0 where it is summed over. */
  readonly reductions: readonly {
    readonly value: number;
    readonly operator: "sum" | "max";
    readonly strides: readonly number[];
    /** Elements of the result. */
    readonly count: number;
  }[];
}

/** A nest and its memory: what it reads, in the order of the values that are read; then its stores, then its reductions. */
export interface PlacedNest {
  readonly nest: Nest;
  readonly reads: readonly Placed[];
  readonly stores: readonly Placed[];
  readonly reductions: readonly Placed[];
  /** Results that may take the place of an operand: element for element they are read before they are written. */
  readonly replaces: ReadonlyMap<Buffer, Buffer>;
}

/** Where in a buffer the first element lies, counted in elements. */
interface Placed {
  readonly buffer: Buffer;
  readonly first: number;
  readonly dtype: DType;
}

/** An operand of an operator in a pass: what the pass computes (by a key of its own), a number, or memory. */
export type Operand =
  | { readonly member: object }
  | { readonly number: number }
  | { readonly buffer: Buffer; readonly view: View; readonly dtype: DType };

interface Member {
  readonly dtype: DType;
  readonly operator: string;
  readonly attributes: unknown;
  readonly operands: readonly Operand[];
  readonly dtypes: readonly DType[];
}

interface Sum {
  readonly operand: Operand;
  readonly operator: "sum" | "max";
  readonly axes: readonly number[];
  readonly result: Buffer;
}

/** One pass over the elements of a shape: any number of operators, stores and sums. */
export class Pass {
  readonly shape: readonly number[];
  readonly members = new Map<object, Member>();
  /** Members that others read, and where they go. */
  readonly stored = new Map<object, Buffer>();
  readonly sums: Sum[] = [];
  /** Where the one member of a copy goes, if not to a buffer of its own. */
  target: { readonly member: object; readonly buffer: Buffer; readonly view: View } | undefined;

  constructor(shape: readonly number[]) {
    this.shape = shape;
  }

  /** Whether it reads one of these buffers. */
  readsAny(buffers: readonly Buffer[]): boolean {
    const operands = [...this.members.values()].flatMap((member) => member.operands);
    const all = [...operands, ...this.sums.map(({ operand }) => operand)];
    return all.some((operand) => "buffer" in operand && buffers.includes(operand.buffer));
  }

  /** The loops that it is; undefined where there is nothing left to do. */
  nest(): PlacedNest | undefined {
    const values: NestValue[] = [];
    const reads: (Placed & { readonly view: View })[] = [];
    const known = new Map<object | string, number>();
    const buffers = new Map<Buffer, number>();
    const add = (key: object | string, value: NestValue): number => {
      values.push(value);
      known.set(key, values.length - 1);
      return values.length - 1;
    };
    const indexOf = (operand: Operand): number => {
      if ("member" in operand) return known.get(operand.member)!;
      if ("number" in operand) {
        const { number } = operand;
        const key = `number ${1 / number} ${number}`;
        return known.get(key) ?? add(key, { kind: "number", number });
      }
      const { buffer, view, dtype } = operand;
      const strides = stretchedOver(view, this.shape);
      const at = buffers.get(buffer) ?? buffers.set(buffer, buffers.size).get(buffer)!;
      const key = `${at} ${view.offset} ${strides}`;
      const there = known.get(key);
      if (there !== undefined) return there;
      reads.push({ buffer, first: view.offset, dtype, view: { ...view, shape: this.shape, strides } });
      return add(key, { kind: "read", dtype, strides });
    };
    const needed = this.#needed();
    for (const [member, { operator, attributes, dtypes, operands }] of this.members) {
      if (!needed.has(member)) continue;
      const indices = operands.map(indexOf);
      add(member, { kind: "apply", operator, attributes, dtypes, operands: indices });
    }
    const reductions = this.sums.map(({ operand, operator, axes, result }): Nest["reductions"][number] => {
      const kept = this.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
      const strides = stretchedOver(denseView(kept), this.shape);
      return { value: indexOf(operand), operator, strides, count: result.bytes / 4 };
    });
    const dense = denseView(this.shape);
    const stores = [...this.stored].map(([member, buffer]) => ({ member, buffer, view: dense }));
    if (this.target !== undefined) stores.push(this.target);
    if (stores.length + reductions.length === 0) return undefined;
    const dtypeOf = (member: object) => this.members.get(member)!.dtype;
    return {
      nest: {
        shape: this.shape,
        values,
        stores: stores.map(({ member, view }) => {
          return { value: known.get(member)!, dtype: dtypeOf(member), strides: view.strides };
        }),
        reductions,
      },
      reads,
      stores: stores.map(({ member, buffer, view }) => {
        return { buffer, first: view.offset, dtype: dtypeOf(member) };
      }),
      reductions: this.sums.map(({ result }) => ({ buffer: result, first: 0, dtype: "float32" })),
      replaces: this.#replaceable(reads),
    };
  }

  /** Members that a result is made from. */
  #needed(): Set<object> {
    const needed = new Set<object>(this.stored.keys());
    if (this.target !== undefined) needed.add(this.target.member);
    for (const { operand } of this.sums) if ("member" in operand) needed.add(operand.member);
    for (const [member, { operands }] of [...this.members].reverse()) {
      if (!needed.has(member)) continue;
      for (const operand of operands) if ("member" in operand) needed.add(operand.member);
    }
    return needed;
  }

  /** A stored result and an operand that lies in memory just as it will, its numbers as large. */
  #replaceable(reads: readonly (Placed & { readonly view: View })[]): Map<Buffer, Buffer> {
    const fits = (buffer: Buffer, { bytes }: Buffer, dtype: DType) =>
      buffer.bytes === bytes &&
      reads.every(
        (read) => read.buffer !== buffer || (read.dtype === dtype && read.first === 0 && isDense(read.view)),
      );
    const found = new Map<Buffer, Buffer>();
    const free = [...new Set(reads.map(({ buffer }) => buffer))];
    for (const [member, result] of this.stored) {
      const at = free.findIndex((buffer) => fits(buffer, result, this.members.get(member)!.dtype));
      if (at >= 0) found.set(result, free.splice(at, 1)[0]!);
    }
    return found;
  }
}
