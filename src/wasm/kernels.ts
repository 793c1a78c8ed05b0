/** What a plan is made of: buffers, and kernels that read and write them in turn. */

import type { DType } from "../graph/index.ts";
import type { ModuleBuilder } from "./module.ts";
import { defineNest, type Nest, type NestValue } from "./nest.ts";
import { splitNest } from "./split.ts";
import { byteCount, denseView, isDense, stretchedOver, type View } from "./views.ts";

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

/** An argument of a kernel: an address within a buffer. */
export interface Argument {
  readonly buffer: Buffer;
  readonly offset: number;
}

export interface Kernel {
  /** Writes its functions, for so many threads; undefined where there is nothing left to do. */
  define(module: ModuleBuilder, threads: number): Defined | undefined;
}

export interface Defined {
  /** Calls that need not wait for each other. */
  readonly parts: readonly { readonly index: number; readonly arguments: readonly Argument[] }[];
  readonly reads: readonly Buffer[];
  readonly writes: readonly Buffer[];
  /** Results that may take the place of an operand: element for element they are read before they are written. */
  readonly replaces: ReadonlyMap<Buffer, Buffer>;
}

/** A part of a plain kernel. Parameters of its function: operands, result, the rest. */
export interface PlainPart {
  readonly operands: readonly Argument[];
  /** Where it begins in the result's buffer. */
  readonly offset: number;
  readonly rest: readonly Argument[];
  define(module: ModuleBuilder): number;
}

/** A kernel that is functions of operands and one result. */
export class PlainKernel implements Kernel {
  readonly result: Buffer;
  readonly #parts: readonly PlainPart[];

  constructor(result: Buffer, parts: readonly PlainPart[]) {
    this.result = result;
    this.#parts = parts;
  }

  define(module: ModuleBuilder): Defined {
    return {
      parts: this.#parts.map(({ define, operands, offset, rest }) => ({
        index: define(module),
        arguments: [...operands, { buffer: this.result, offset }, ...rest],
      })),
      reads: this.#parts.flatMap(({ operands }) => operands.map(({ buffer }) => buffer)),
      writes: [this.result],
      replaces: new Map(),
    };
  }
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
export class Pass implements Kernel {
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

  define(module: ModuleBuilder, threads: number): Defined | undefined {
    const values: NestValue[] = [];
    const reads: (Argument & { readonly view: View })[] = [];
    const known = new Map<object | string, number>();
    const dense = denseView(this.shape).strides;
    const indexOf = (operand: Operand): number => {
      if ("member" in operand) return known.get(operand.member)!;
      if ("number" in operand)
        return add(`number ${1 / operand.number} ${operand.number}`, {
          kind: "number",
          number: operand.number,
        });
      const { buffer, view, dtype } = operand;
      const strides = stretchedOver(view, this.shape);
      const at = buffers.get(buffer) ?? buffers.set(buffer, buffers.size).get(buffer)!;
      const index = add(`${at} ${view.offset} ${strides}`, { kind: "read", dtype, strides });
      if (index === values.length - 1 && fresh) {
        reads.push({
          buffer,
          offset: byteCount([view.offset], dtype),
          view: { ...view, shape: this.shape, strides },
        });
      }
      return index;
    };
    const buffers = new Map<Buffer, number>();
    let fresh = false;
    const add = (key: object | string, value: NestValue): number => {
      const index = known.get(key);
      fresh = index === undefined;
      if (index !== undefined) return index;
      values.push(value);
      known.set(key, values.length - 1);
      return values.length - 1;
    };
    const needed = this.#needed();
    for (const [member, { operator, attributes, dtypes, operands }] of this.members) {
      if (!needed.has(member)) continue;
      const indices = operands.map(indexOf);
      add(member, { kind: "apply", operator, attributes, dtypes, operands: indices });
    }
    const dtypeOf = (member: object) => this.members.get(member)!.dtype;
    const reductions = this.sums.map(({ operand, operator, axes, result }): Nest["reductions"][number] => {
      const kept = this.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
      const strides = stretchedOver(denseView(kept), this.shape);
      return { value: indexOf(operand), operator, strides, count: result.bytes / 4 };
    });
    const stores = [...this.stored].map(([member, buffer]) => ({
      ...{ value: known.get(member)!, dtype: dtypeOf(member), strides: dense },
      to: { buffer, offset: 0 },
    }));
    if (this.target !== undefined) {
      const { member, buffer, view } = this.target;
      const to = { buffer, offset: byteCount([view.offset], dtypeOf(member)) };
      stores.push({ value: known.get(member)!, dtype: dtypeOf(member), strides: [...view.strides], to });
    }
    if (stores.length + reductions.length === 0) return undefined;
    const nest: Nest = {
      shape: this.shape,
      values,
      stores: stores.map(({ to: _, ...store }) => store),
      reductions,
    };
    const results = [
      ...stores.map(({ to }) => to),
      ...this.sums.map(({ result }) => ({ buffer: result, offset: 0 })),
    ];
    const pointed = [...reads, ...results];
    return {
      parts: splitNest(nest, threads).map((part) => ({
        index: defineNest(module, part.nest),
        arguments: pointed.map(({ buffer, offset }, i) => ({ buffer, offset: offset + part.offsets[i]! })),
      })),
      reads: reads.map(({ buffer }) => buffer),
      writes: results.map(({ buffer }) => buffer),
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

  /** A stored result and an operand that lies in memory just as it will. */
  #replaceable(reads: readonly (Argument & { readonly view: View })[]): Map<Buffer, Buffer> {
    const fits = (buffer: Buffer, bytes: number) =>
      buffer.bytes === bytes &&
      reads.every((read) => read.buffer !== buffer || (read.offset === 0 && isDense(read.view)));
    const found = new Map<Buffer, Buffer>();
    const free = [...new Set(reads.map(({ buffer }) => buffer))];
    for (const result of this.stored.values()) {
      const at = free.findIndex((buffer) => fits(buffer, result.bytes));
      if (at >= 0) found.set(result, free.splice(at, 1)[0]!);
    }
    return found;
  }
}
