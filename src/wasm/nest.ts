/**
 * Loops over the elements of a shape that compute any number of element-by-element operators in one pass: operands
 * are read wherever they lie, results are stored, summed up, or both. The last axis goes by vectors of four.
 */

import type { DType } from "../graph/index.ts";
import { collapsed, type Nest, type NestValue } from "../plan/index.ts";
import { type Code, f32, f32x4, i32, i32x4, sequence, v128, zero } from "./assembler.ts";
import { bytesOf } from "./bytes.ts";
import { writeElements } from "./elements.ts";
import { splitLongSums } from "./long-sums.ts";
import type { Frame, Local, ModuleBuilder } from "./module.ts";

/** The function that runs a nest; parameters: the address of each value that is read, each store, each reduction. */
export function defineNest(module: ModuleBuilder, nest: Nest): number {
  const reads = nest.values.filter((value) => value.kind === "read");
  const count = reads.length + nest.stores.length + nest.reductions.length;
  return module.define(keyOf(nest), count, (frame) => new NestWriter(frame, nest).write());
}

interface Pointer {
  readonly local: Local;
  /** In bytes. */
  readonly strides: readonly number[];
  readonly size: number;
}

/** How often a value changes: never, with the row, with each vector. */
type Pace = 0 | 1 | 2;

class NestWriter {
  readonly #frame: Frame;
  readonly #nest: Nest;
  readonly #sizes: readonly number[];
  readonly #reads: ReadonlyMap<number, Pointer>;
  readonly #stores: readonly Pointer[];
  readonly #sums: readonly Pointer[];
  readonly #paces: Pace[] = [];
  readonly #locals: (Local | undefined)[] = [];
  readonly #totals: readonly Local[];
  /** Element of the row that is worked on. */
  readonly #column: Local;

  constructor(frame: Frame, nest: Nest) {
    this.#frame = frame;
    this.#nest = nest;
    const { values, stores, reductions } = nest;
    const reads = values.flatMap((value, i) => (value.kind === "read" ? [{ ...value, i }] : []));
    const pointed = [
      ...reads,
      ...stores,
      ...reductions.map((one) => ({ ...one, dtype: "float32" as const })),
    ];
    const { sizes, lists } = splitLongSums(
      collapsed(
        nest.shape,
        pointed.map(({ strides }) => strides),
      ),
      pointed.length - reductions.length,
    );
    this.#sizes = sizes;
    const pointers = pointed.map(({ dtype }, i): Pointer => {
      const size = bytesOf[dtype];
      return { local: frame.parameters[i]!, strides: lists[i]!.map((stride) => stride * size), size };
    });
    this.#reads = new Map(reads.map(({ i }, at) => [i, pointers[at]!]));
    this.#stores = pointers.slice(reads.length, reads.length + stores.length);
    this.#sums = pointers.slice(reads.length + stores.length);
    this.#totals = this.#sums.map(() => frame.local("v128"));
    this.#column = frame.local("i32");
    values.forEach((value, i) => {
      this.#paces.push(this.#paceOf(value, i));
      this.#locals.push(value.kind === "number" ? undefined : frame.local("v128"));
    });
  }

  write(): Code {
    return sequence(
      ...this.#nest.reductions.map(({ operator, count }, i) =>
        this.#begin(this.#sums[i]!.local, operator, count),
      ),
      ...(this.#sizes.includes(0) ? [] : [this.#values(0), this.#axis(0)]),
    );
  }

  #paceOf(value: NestValue, i: number): Pace {
    if (value.kind === "number") return 0;
    if (value.kind === "apply") return Math.max(0, ...value.operands.map((one) => this.#paces[one]!)) as Pace;
    const { strides } = this.#reads.get(i)!;
    if (strides.at(-1) !== 0) return 2;
    return strides.some((stride) => stride !== 0) ? 1 : 0;
  }

  /** What a sum or maximum starts from, in the `count` elements of its result. */
  #begin(address: Local, operator: "sum" | "max", count: number): Code {
    if (operator === "sum" || count === 0) return zero(address.get, i32.const(4 * count));
    const lowest = f32.store(0, i32.add(address.get, this.#column.get), f32.const(Number.NEGATIVE_INFINITY));
    return this.#frame.loop(this.#column, i32.const(0), i32.const(4 * count), 4, lowest);
  }

  /** The loop over an axis and all after it. Each pointer has moved by the axis' length at its end. */
  #axis(axis: number): Code {
    if (axis === this.#sizes.length - 1) return this.#row();
    const counter = this.#frame.local("i32");
    const inner = axis + 1;
    const moves = this.#pointers().map(({ local, strides }) => {
      const moved = inner === this.#sizes.length - 1 ? 0 : strides[inner]! * this.#sizes[inner]!;
      const by = strides[axis]! - moved;
      return by === 0 ? [] : local.set(i32.add(local.get, i32.const(by)));
    });
    return this.#frame.loop(
      counter,
      i32.const(0),
      i32.const(this.#sizes[axis]!),
      1,
      this.#axis(inner),
      ...moves,
    );
  }

  #pointers(): Pointer[] {
    return [...this.#reads.values(), ...this.#stores, ...this.#sums];
  }

  #row(): Code {
    const length = this.#sizes.at(-1)!;
    const whole = length - (length % 4);
    const { reductions } = this.#nest;
    const inRow = reductions.map((_, i) => this.#sums[i]!.strides.at(-1) === 0);
    const code: Code[] = [this.#values(1)];
    reductions.forEach(({ operator }, i) => {
      if (inRow[i]) code.push(this.#totals[i]!.set(f32x4.const(identity[operator])));
    });
    if (whole > 0) {
      const body = [this.#values(2), this.#results(4, inRow)];
      code.push(this.#frame.loop(this.#column, i32.const(0), i32.const(whole), 4, ...body));
    }
    if (length > whole) {
      const rest = length - whole;
      code.push(this.#column.set(i32.const(whole)), this.#values(2, rest), this.#results(rest, inRow));
    }
    reductions.forEach(({ operator }, i) => {
      if (inRow[i]) code.push(addUp(this.#sums[i]!.local, this.#totals[i]!, operator));
    });
    return sequence(...code);
  }

  /** Computes the values of one pace, in the first `lanes` of each vector. */
  #values(pace: Pace, lanes = 4): Code {
    return sequence(
      ...this.#nest.values.map((value, i) => {
        if (this.#paces[i] !== pace || value.kind === "number") return [];
        if (value.kind === "read") {
          return this.#locals[i]!.set(this.#read(this.#reads.get(i)!, value.dtype, lanes));
        }
        const operands = value.operands.map((operand) => this.#value(operand));
        return this.#locals[i]!.set(writeElements(this.#frame, value.operator, operands, value));
      }),
    );
  }

  #value(i: number): Code {
    const value = this.#nest.values[i]!;
    return value.kind === "number" ? f32x4.const(value.number) : this.#locals[i]!.get;
  }

  /** Of neighbours four are read, beyond a row's end too; of what lies apart only `lanes`: the next may be far beyond all memory. */
  #read(pointer: Pointer, dtype: DType, lanes: number): Code {
    const { local, strides, size } = pointer;
    const stride = strides.at(-1)!;
    if (size === 4) {
      if (stride === 0) return v128.loadSplat(0, local.get);
      const at = this.#at(pointer);
      if (stride === 4) return v128.load(0, at);
      const address = this.#frame.keep("i32", at);
      const first = v128.loadSplat(0, address.get);
      const lane = (vector: Code, i: number) => v128.loadLane(i, i * stride, address.get, vector);
      return [...address.set, ...[1, 2, 3].slice(0, lanes - 1).reduce(lane, first)];
    }
    // The lane numbers of a byte of each: neighbours, the same byte four times, or bytes apart.
    const loaded = stride === 1 ? v128.loadZero(0, this.#at(pointer)) : this.#bytes(pointer, lanes);
    const wide = i32x4.fromShorts(i32x4.shortsFromBytes(loaded));
    return dtype === "bool" ? i32x4.notEqual(wide, i32x4.const(0)) : wide;
  }

  /** Up to four bytes that lie apart, as the lowest four. */
  #bytes(pointer: Pointer, lanes: number): Code {
    const stride = pointer.strides.at(-1)!;
    const address = this.#frame.keep("i32", this.#at(pointer));
    const lane = (vector: Code, i: number) => v128.loadByte(i, i * stride, address.get, vector);
    return [...address.set, ...[0, 1, 2, 3].slice(0, lanes).reduce(lane, i32x4.const(0))];
  }

  /** The address of the vector in the row. */
  #at({ local, strides }: Pointer): Code {
    const stride = strides.at(-1)!;
    return i32.add(local.get, i32.multiply(this.#column.get, i32.const(stride)));
  }

  /** Stores and adds up the first `lanes` of each vector. */
  #results(lanes: number, inRow: readonly boolean[]): Code {
    const { stores, reductions } = this.#nest;
    const stored = stores.map(({ value, dtype }, i) =>
      this.#store(this.#stores[i]!, this.#value(value), dtype, lanes),
    );
    const summed = reductions.map(({ value, operator }, i) => {
      const pointer = this.#sums[i]!;
      const combine = combined[operator];
      if (!inRow[i]) {
        return this.#store(
          pointer,
          combine(v128.load(0, this.#at(pointer)), this.#value(value)),
          "float32",
          lanes,
        );
      }
      const rest = f32x4.const(identity[operator]);
      const mask = i32x4.lanes(...[0, 1, 2, 3].map((lane) => (lane < lanes ? -1 : 0)));
      const own = lanes === 4 ? this.#value(value) : v128.select(this.#value(value), rest, mask);
      const total = this.#totals[i]!;
      return total.set(combine(total.get, own));
    });
    return sequence(...stored, ...summed);
  }

  #store(pointer: Pointer, value: Code, dtype: DType, lanes: number): Code {
    const stride = pointer.strides.at(-1)!;
    const at = this.#at(pointer);
    const isByte = pointer.size === 1;
    const bits = dtype === "bool" ? i32x4.const(1) : i32x4.const(0xff);
    const vector = isByte ? bytesFrom(v128.and(value, bits)) : value;
    if (lanes === 4 && stride === pointer.size) {
      return isByte ? v128.storeLane(0, 0, at, vector) : v128.store(0, at, vector);
    }
    const address = this.#frame.keep("i32", at);
    const kept = this.#frame.keep("v128", vector);
    const each = Array.from({ length: lanes }, (_, i) => {
      return (isByte ? v128.storeByte : v128.storeLane)(i, i * stride, address.get, kept.get);
    });
    return sequence(address.set, kept.set, ...each);
  }
}

const identity = { sum: 0, max: Number.NEGATIVE_INFINITY } as const;
const combined = { sum: f32x4.add, max: f32x4.max } as const;
const single = { sum: f32.add, max: f32.max } as const;

/** Adds the four lanes of a row's total to the result at an address. */
function addUp({ get: address }: Local, { get: total }: Local, operator: "sum" | "max"): Code {
  const lane = (i: number) => f32x4.extract(i, total);
  const one = single[operator];
  return f32.store(0, address, one(f32.load(0, address), one(one(lane(0), lane(1)), one(lane(2), lane(3)))));
}

function bytesFrom(integers: Code): Code {
  const zeros = i32x4.const(0);
  return i32x4.shortsToBytes(i32x4.toShorts(integers, zeros), zeros);
}

/** JSON has no infinities and no −0. */
function keyOf(nest: Nest): string {
  return JSON.stringify(nest, (_, value: unknown) =>
    typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
      ? `n${1 / value} ${value}`
      : value,
  );
}
