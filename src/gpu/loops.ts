/**
 * Passes over the elements of a shape as kernels: one for all that is stored, where an invocation computes one element, and
 * one for the sums along the same axes, each computed from memory once more: that is quicker than to write and read it.
 */

import { elementCount } from "../graph/index.ts";
import { type Argument, Buffer, collapsed, type Nest, type PlacedNest } from "../plan/index.ts";
import { literal, read, write, writeElement } from "./elements.ts";
import {
  type Addresses,
  bytesOf,
  type Card,
  flatKernel,
  type GpuKernel,
  GROUP,
  head,
  range,
  sumParts,
} from "./kernel.ts";

/** Terms that one invocation sums up by itself. */
const ALONE = 32;
/** Results next to each other that a group sums up where those lie next to each other in memory, too. */
const ABREAST = 32;
/** Groups that keep a card busy. */
const BUSY = 128;
/** Sums of one kernel: each takes a kilobyte of what a group shares, of which every card has sixteen. */
const MOST_SUMS = 8;

interface Pointer {
  readonly argument: Argument;
  /** Over the collapsed axes, in elements. */
  readonly strides: readonly number[];
}

/** A nest with its axes collapsed and what it points to, by the kind of each. */
interface Loops {
  readonly nest: Nest;
  readonly sizes: readonly number[];
  /** By the number of the value that is read. */
  readonly reads: ReadonlyMap<number, Pointer>;
  readonly stores: readonly Pointer[];
  readonly reductions: readonly Pointer[];
}

export function loopKernels({ nest, replaces, ...placed }: PlacedNest, card: Card): GpuKernel[] {
  const numbers = nest.values.flatMap(({ kind }, i) => (kind === "read" ? [i] : []));
  const reading = numbers.map((i) => nest.values[i] as { strides: readonly number[] });
  const all = [...placed.reads, ...placed.stores, ...placed.reductions];
  const { sizes, lists } = collapsed(
    nest.shape,
    [...reading, ...nest.stores, ...nest.reductions].map(({ strides }) => strides),
  );
  const pointers = all.map(({ buffer, first, dtype }, i): Pointer => {
    return { argument: { buffer, offset: first * bytesOf[dtype] }, strides: lists[i]! };
  });
  const [firstStore, firstSum] = [numbers.length, numbers.length + nest.stores.length];
  const loops: Loops = {
    nest,
    sizes,
    reads: new Map(numbers.map((number, i) => [number, pointers[i]!])),
    stores: pointers.slice(firstStore, firstSum),
    reductions: pointers.slice(firstSum),
  };
  const along = loops.reductions.map(({ strides }) => strides.join());
  const alike = [...new Set(along)].flatMap((one) => {
    const which = [...along.keys()].filter((i) => along[i] === one);
    return range(Math.ceil(which.length / MOST_SUMS)).map((i) =>
      which.slice(i * MOST_SUMS, (i + 1) * MOST_SUMS),
    );
  });
  // Stores last: one may take the place of an operand.
  const sums = alike.flatMap((which) => sumKernels(loops, which, card));
  const isStored = nest.stores.length > 0 && elementCount(sizes) > 0;
  return isStored ? [...sums, storeKernel(loops, replaces)] : sums;
}

/** The values of an element that some results are made from, and the lines that compute them. */
class Values {
  readonly #nest: Nest;
  /** What is read, by number, in the order of the arguments. */
  readonly #reads: readonly (readonly [number, Pointer])[];
  readonly #needed = new Set<number>();

  constructor({ nest, reads }: Loops, results: readonly { readonly value: number }[]) {
    this.#nest = nest;
    for (const { value } of results) this.#needed.add(value);
    for (let i = nest.values.length - 1; i >= 0; i--) {
      const value = nest.values[i]!;
      if (!this.#needed.has(i) || value.kind !== "apply") continue;
      for (const operand of value.operands) this.#needed.add(operand);
    }
    this.#reads = [...reads].filter(([i]) => this.#needed.has(i));
  }

  /** The first arguments of the kernel. */
  get arguments(): Argument[] {
    return this.#reads.map(([, { argument }]) => argument);
  }

  /** For the element whose coordinates are `c0`, `c1`, …. */
  lines(addresses: Addresses): string[] {
    const { values } = this.#nest;
    const argumentOf = new Map(this.#reads.map(([i], argument) => [i, argument]));
    const strides = new Map(this.#reads.map(([i, pointer]) => [i, pointer.strides]));
    return values.flatMap((value, i) => {
      if (!this.#needed.has(i)) return [];
      // By its name, a number is no constant expression, of which WGSL refuses those that are not finite.
      if (value.kind === "number") return [`let v${i} = ${literal(value.number)};`];
      if (value.kind === "read") {
        const at = addressOf(addresses(argumentOf.get(i)!), strides.get(i)!);
        return [`let v${i} = ${read(value.dtype, at)};`];
      }
      const { operator, attributes, dtypes } = value;
      const operands = value.operands.map((operand) => `v${operand}`);
      return [`let v${i} = ${writeElement(operator, operands, { attributes, dtypes })};`];
    });
  }
}

const addressOf = (address: string, strides: readonly number[]): string =>
  [address, ...strides.flatMap((stride, axis) => (stride === 0 ? [] : [times(`c${axis}`, stride)]))].join(
    " + ",
  );
const times = (name: string, factor: number): string => (factor === 1 ? name : `${name} * ${factor}u`);

/** Lines that take coordinates along some of the axes from a number that counts them, the last the fastest. */
function coordinates(number: string, axes: readonly number[], sizes: readonly number[]): string[] {
  let rest = number;
  return axes.toReversed().flatMap((axis, i) => {
    const [before, isFirst] = [rest, i === axes.length - 1];
    rest = `r${axis}`;
    return isFirst
      ? [`let c${axis} = ${before};`]
      : [`let c${axis} = ${before} % ${sizes[axis]}u;`, `let ${rest} = ${before} / ${sizes[axis]}u;`];
  });
}

function storeKernel(loops: Loops, replaces: ReadonlyMap<Buffer, Buffer>): GpuKernel {
  const { nest, sizes, stores } = loops;
  const values = new Values(loops, nest.stores);
  const operands = values.arguments;
  const [first, ...others] = stores.map(({ argument }) => argument) as [Argument, ...Argument[]];
  const kernel = flatKernel(operands, first, elementCount(sizes), (addresses) =>
    [
      ...coordinates("i", [...sizes.keys()], sizes),
      ...values.lines(addresses),
      ...nest.stores.map(({ value, dtype }, i) => {
        const at = addressOf(addresses(operands.length + i), stores[i]!.strides);
        return write(dtype, at, `v${value}`);
      }),
    ].join("\n"),
  );
  return {
    ...kernel,
    arguments: [...kernel.arguments, ...others],
    writes: stores.map(({ argument }) => argument.buffer),
    replaces,
  };
}

const combined = {
  sum: (a: string, b: string) => `(${a} + ${b})`,
  max: (a: string, b: string) => `max(${a}, ${b})`,
};
const identity = { sum: "0f", max: literal(Number.NEGATIVE_INFINITY) };

/** How groups share out sums: each has `lanes` rows of invocations for `wide` results. */
interface Sharing {
  readonly lanes: number;
  readonly wide: number;
  /** In as many parts each sum is cut. */
  readonly parts: number;
}

function sharing(results: number, terms: number, areAbreast: boolean, { isSoftware }: Card): Sharing {
  if (isSoftware) {
    const wide = Math.min(64, Math.ceil(results / 4) * 4);
    return { lanes: 1, wide, parts: partsOf(Math.ceil(results / wide), terms) };
  }
  if (terms <= ALONE) return { lanes: 1, wide: GROUP, parts: 1 };
  // A power of two, for the tree at the end.
  const most = GROUP / (areAbreast ? Math.min(ABREAST, results) : 1);
  const lanes = 2 ** Math.min(Math.floor(Math.log2(most)), Math.ceil(Math.log2(terms)));
  const wide = GROUP / lanes;
  return { lanes, wide, parts: partsOf(Math.ceil(results / wide), Math.floor(terms / lanes)) };
}

const partsOf = (groups: number, terms: number): number =>
  Math.max(1, Math.min(Math.floor(BUSY / groups), Math.floor(terms / ALONE)));

/** The kernels of sums along the same axes, `which` by number. */
function sumKernels(loops: Loops, which: readonly number[], card: Card): GpuKernel[] {
  const { sizes, nest, reductions } = loops;
  const { strides } = reductions[which[0]!]!;
  const axes = [...sizes.keys()];
  const kept = axes.filter((axis) => strides[axis] !== 0);
  const summed = axes.filter((axis) => strides[axis] === 0);
  const countOf = (list: readonly number[]) => elementCount(list.map((axis) => sizes[axis]!));
  const [results, terms] = [countOf(kept), countOf(summed)];
  if (results === 0) return [];
  const { lanes, wide, parts } = sharing(results, terms, kept.at(-1) === axes.at(-1), card);
  const groups = Math.ceil(results / wide);
  const targets = which.map((i) => ({ ...nest.reductions[i]!, pointer: reductions[i]! }));
  const made = targets.map(
    ({ pointer }): Argument =>
      parts === 1 ? pointer.argument : { buffer: new Buffer(4 * parts * results), offset: 0 },
  );
  const values = new Values(loops, targets);
  const operands = values.arguments;
  const chunk = Math.ceil(terms / parts);
  const loop = (addresses: Addresses): string[] => [
    `let end = min((part + 1u) * ${chunk}u, ${terms}u);`,
    `for (var term = part * ${chunk}u + row; term < end; term += ${lanes}u) {`,
    ...coordinates("term", summed, sizes),
    ...values.lines(addresses),
    ...targets.map(({ operator, value }, i) => `t${i} = ${combined[operator](`t${i}`, `v${value}`)};`),
    "}",
  ];
  const kernel: GpuKernel = {
    result: made[0]!.buffer,
    arguments: [...operands, ...made],
    reads: operands.map(({ buffer }) => buffer),
    writes: made.map(({ buffer }) => buffer),
    replaces: new Map(),
    groups: groups * parts,
    size: wide * lanes,
    shared:
      lanes === 1 ? {} : Object.fromEntries(targets.map((_, i) => [`totals${i}`, `array<f32, ${GROUP}>`])),
    write: (name, addresses) =>
      [
        head(name),
        `let result = group % ${groups}u * ${wide}u + lane % ${wide}u;`,
        `let row = lane / ${wide}u;`,
        `let part = group / ${groups}u;`,
        ...targets.map(({ operator }, i) => `var t${i} = ${identity[operator]};`),
        `if (result < ${results}u) {`,
        ...coordinates("result", kept, sizes),
        ...(terms === 0 ? [] : loop(addresses)),
        "}",
        ...(lanes === 1 ? [] : tree(targets, wide, lanes)),
        `if (result < ${results}u && row == 0u) {`,
        ...coordinates("result", kept, sizes),
        ...targets.map(({ pointer }, i) => {
          const to = addresses(operands.length + i);
          const at = parts === 1 ? addressOf(to, pointer.strides) : `${to} + part * ${results}u + result`;
          return write("float32", at, `t${i}`);
        }),
        "}",
        "}",
      ].join("\n"),
  };
  if (parts === 1) return [kernel];
  const rest = targets.map(({ operator, pointer }, i) =>
    sumOfParts(operator, made[i]!, { parts, results, pointer, kept, sizes }),
  );
  return [kernel, ...rest];
}

/** What the lanes have, summed up in pairs. */
function tree(
  targets: readonly { readonly operator: "sum" | "max" }[],
  wide: number,
  lanes: number,
): string[] {
  const lines = targets.map((_, i) => `totals${i}[lane] = t${i};`);
  for (let half = lanes / 2; half >= 1; half /= 2) {
    lines.push("workgroupBarrier();", `if (row < ${half}u) {`);
    targets.forEach(({ operator }, i) => {
      const sum = combined[operator](`t${i}`, `totals${i}[lane + ${half * wide}u]`);
      lines.push(`t${i} = ${sum};`, `totals${i}[lane] = t${i};`);
    });
    lines.push("}");
  }
  return lines;
}

/** Sums up what parts of long sums came to. */
function sumOfParts(
  operator: "sum" | "max",
  made: Argument,
  {
    parts,
    results,
    pointer: { argument, strides },
    kept,
    sizes,
  }: {
    readonly parts: number;
    readonly results: number;
    readonly pointer: Pointer;
    readonly kept: readonly number[];
    readonly sizes: readonly number[];
  },
): GpuKernel {
  return flatKernel([made], argument, results, (addresses) =>
    [
      sumParts(parts, results, addresses(0), combined[operator]),
      ...coordinates("i", kept, sizes),
      write("float32", addressOf(addresses(1), strides), "x"),
    ].join("\n"),
  );
}
