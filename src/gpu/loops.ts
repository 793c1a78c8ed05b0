/**
 * Passes over the elements of a shape as kernels: one for all that is stored, where an invocation computes one element, and
 * one for the sums along the same axes, each computed from memory once more: that is quicker than to write and read it.
 */

import { elementCount } from "../graph/index.ts";
import { type Argument, Buffer, collapsed, type Nest, type PlacedNest } from "../plan/index.ts";
import { functions, literal, read, write, writeElement } from "./elements.ts";
import { type Addresses, bytesOf, type GpuKernel, groupsFor, main, shader } from "./kernel.ts";

/** Invocations of a group. */
const GROUP = 256;
/** Terms that one invocation sums up by itself. */
const ALONE = 32;
/** Results next to each other that a group sums up where those lie next to each other in memory, too. */
const ABREAST = 32;
/** Groups that keep a card busy. */
const BUSY = 128;

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

export function loopKernels({ nest, replaces, ...placed }: PlacedNest): GpuKernel[] {
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
  const [read, stored] = [numbers.length, numbers.length + nest.stores.length];
  const loops: Loops = {
    nest,
    sizes,
    reads: new Map(numbers.map((number, i) => [number, pointers[i]!])),
    stores: pointers.slice(read, stored),
    reductions: pointers.slice(stored),
  };
  const along = loops.reductions.map(({ strides }) => strides.join());
  const alike = [...new Set(along)].map((one) => [...along.keys()].filter((i) => along[i] === one));
  // Stores last: one may take the place of an operand.
  const sums = alike.flatMap((which) => sumKernels(loops, which));
  return nest.stores.length === 0 ? sums : [...sums, storeKernel(loops, replaces)];
}

/** A kernel's arguments as they are asked for, and its shader's lines. */
class Body {
  readonly arguments: Argument[] = [];
  readonly reads: Buffer[] = [];
  readonly #loops: Loops;
  readonly #needed = new Set<number>();
  #addresses: Addresses = () => "";

  constructor(loops: Loops, results: readonly number[]) {
    this.#loops = loops;
    for (const result of results) this.#needed.add(result);
    const { values } = loops.nest;
    for (let i = values.length - 1; i >= 0; i--) {
      const value = values[i]!;
      if (!this.#needed.has(i) || value.kind !== "apply") continue;
      for (const operand of value.operands) this.#needed.add(operand);
    }
    for (const i of this.#needed)
      if (loops.reads.has(i)) this.reads.push(loops.reads.get(i)!.argument.buffer);
  }

  /** The number of an argument. */
  add(argument: Argument): number {
    return this.arguments.push(argument) - 1;
  }

  /** Lines that compute the values of the element whose coordinates are `c0`, `c1`, …: each is `v` and its number. */
  values(): string[] {
    const { nest, reads } = this.#loops;
    return nest.values.flatMap((value, i) => {
      if (!this.#needed.has(i) || value.kind === "number") return [];
      if (value.kind === "read") {
        const { argument, strides } = reads.get(i)!;
        const at = addressOf(this.#addresses(this.add(argument)), strides);
        return [`let v${i} = ${read(value.dtype, at)};`];
      }
      const { operator, attributes, dtypes } = value;
      const operands = value.operands.map((operand) => this.value(operand));
      return [`let v${i} = ${writeElement(operator, operands, { attributes, dtypes })};`];
    });
  }

  value(i: number): string {
    const value = this.#loops.nest.values[i]!;
    return value.kind === "number" ? literal(value.number) : `v${i}`;
  }

  /** The whole shader; `write` may ask for arguments. */
  shader(write: (addresses: Addresses) => string): string {
    return shader((addresses) => {
      this.#addresses = addresses;
      return functions + write(addresses);
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
    const isFirst = i === axes.length - 1;
    const lines = isFirst
      ? [`let c${axis} = ${rest};`]
      : [`let c${axis} = ${rest} % ${sizes[axis]}u;`, `let r${axis} = ${rest} / ${sizes[axis]}u;`];
    rest = `r${axis}`;
    return lines;
  });
}

function storeKernel(loops: Loops, replaces: ReadonlyMap<Buffer, Buffer>): GpuKernel {
  const { nest, sizes, stores } = loops;
  const count = elementCount(sizes);
  const body = new Body(
    loops,
    nest.stores.map(({ value }) => value),
  );
  const text = body.shader((addresses) =>
    main(
      GROUP,
      [
        `let i = group * ${GROUP}u + lane;`,
        `if (i >= ${count}u) { return; }`,
        ...coordinates("i", [...sizes.keys()], sizes),
        ...body.values(),
        ...nest.stores.map(({ value, dtype }, i) => {
          const { argument, strides } = stores[i]!;
          return write(dtype, addressOf(addresses(body.add(argument)), strides), body.value(value));
        }),
      ].join("\n"),
    ),
  );
  const writes = stores.map(({ argument }) => argument.buffer);
  return {
    ...{ result: writes[0]!, arguments: body.arguments, reads: body.reads, writes, replaces },
    groups: groupsFor(Math.ceil(count / GROUP)),
    write: () => text,
  };
}

const combined = {
  sum: (a: string, b: string) => `${a} + ${b}`,
  max: (a: string, b: string) => `max(${a}, ${b})`,
};
const identity = { sum: "0f", max: "bitcast<f32>(infinite | 0x80000000u)" };

/** The kernels of sums along the same axes, `which` by number. */
function sumKernels(loops: Loops, which: readonly number[]): GpuKernel[] {
  const { sizes, nest } = loops;
  const { strides } = loops.reductions[which[0]!]!;
  const axes = [...sizes.keys()];
  const [kept, summed] = [0, 1].map((isSummed) =>
    axes.filter((axis) => Number(strides[axis] === 0) === isSummed),
  ) as [number[], number[]];
  const countOf = (list: readonly number[]) => elementCount(list.map((axis) => sizes[axis]!));
  const [results, terms] = [countOf(kept), countOf(summed)];
  const abreast = kept.at(-1) === axes.at(-1) ? Math.min(ABREAST, results) : 1;
  // A power of two, for the tree at the end.
  const lanes =
    terms <= ALONE
      ? 1
      : 2 ** Math.min(8, Math.floor(Math.log2(GROUP / abreast)), Math.ceil(Math.log2(terms)));
  const wide = lanes === 1 ? GROUP : abreast;
  const groups = Math.ceil(results / wide);
  const parts =
    lanes === 1 ? 1 : Math.max(1, Math.min(Math.floor(BUSY / groups), Math.floor(terms / (lanes * ALONE))));
  const targets = which.map((i) => ({ ...nest.reductions[i]!, pointer: loops.reductions[i]! }));
  const partial = parts === 1 ? undefined : targets.map(() => new Buffer(4 * parts * results));
  const body = new Body(
    loops,
    targets.map(({ value }) => value),
  );
  const chunk = Math.ceil(terms / parts);
  const text = body.shader((addresses) => {
    const shared =
      lanes === 1
        ? ""
        : targets.map((_, i) => `var<workgroup> total${i}: array<f32, ${wide * lanes}>;\n`).join("");
    return `${shared}${main(
      wide * lanes,
      [
        `let result = ${parts === 1 ? "group" : `(group % ${groups}u)`} * ${wide}u + lane % ${wide}u;`,
        `let row = lane / ${wide}u;`,
        ...(parts === 1 ? [] : [`let part = group / ${groups}u;`]),
        ...targets.map(({ operator }, i) => `var t${i} = ${identity[operator]};`),
        `if (result < ${results}u) {`,
        ...coordinates("result", kept, sizes),
        parts === 1
          ? `for (var term = row; term < ${terms}u; term += ${lanes}u) {`
          : `let end = min((part + 1u) * ${chunk}u, ${terms}u);\nfor (var term = part * ${chunk}u + row; term < end; term += ${lanes}u) {`,
        ...coordinates("term", summed, sizes),
        ...body.values(),
        ...targets.map(
          ({ operator, value }, i) => `t${i} = ${combined[operator](`t${i}`, body.value(value))};`,
        ),
        "}",
        "}",
        ...(lanes === 1 ? [] : [tree(targets, wide, lanes)]),
        `if (result < ${results}u && row == 0u) {`,
        ...coordinates("result", kept, sizes),
        ...targets.map(({ pointer }, i) => {
          const target = addresses(
            body.add(partial === undefined ? pointer.argument : { buffer: partial[i]!, offset: 0 }),
          );
          const at =
            partial === undefined
              ? addressOf(target, pointer.strides)
              : `${target} + part * ${results}u + result`;
          return write("float32", at, `t${i}`);
        }),
        "}",
      ].join("\n"),
    )}`;
  });
  const writes = partial ?? targets.map(({ pointer }) => pointer.argument.buffer);
  const kernel: GpuKernel = {
    ...{ result: writes[0]!, arguments: body.arguments, reads: body.reads, writes, replaces: new Map() },
    groups: groupsFor(groups * parts),
    write: () => text,
  };
  if (partial === undefined) return [kernel];
  const rest = targets.map(({ operator, pointer }, i) =>
    sumOfParts(operator, partial[i]!, parts, results, pointer, kept, sizes),
  );
  return [kernel, ...rest];
}

/** What the lanes have, summed up in pairs. */
function tree(targets: readonly { readonly operator: "sum" | "max" }[], wide: number, lanes: number): string {
  const lines = targets.map((_, i) => `total${i}[lane] = t${i};`);
  for (let half = lanes / 2; half >= 1; half /= 2) {
    lines.push(
      "workgroupBarrier();",
      `if (row < ${half}u) {`,
      ...targets.map(({ operator }, i) => {
        return `t${i} = ${combined[operator](`t${i}`, `total${i}[lane + ${half * wide}u]`)}; total${i}[lane] = t${i};`;
      }),
      "}",
    );
  }
  return lines.join("\n");
}

/** Sums up what parts of a long sum came to. */
function sumOfParts(
  operator: "sum" | "max",
  partial: Buffer,
  parts: number,
  results: number,
  { argument, strides }: Pointer,
  kept: readonly number[],
  sizes: readonly number[],
): GpuKernel {
  const text = shader(
    (addresses) =>
      `${functions}${main(
        GROUP,
        [
          `let result = group * ${GROUP}u + lane;`,
          `if (result >= ${results}u) { return; }`,
          `var total = number(${addresses(0)} + result);`,
          `for (var part = 1u; part < ${parts}u; part++) {`,
          `total = ${combined[operator]("total", `number(${addresses(0)} + part * ${results}u + result)`)};`,
          "}",
          ...coordinates("result", kept, sizes),
          write("float32", addressOf(addresses(1), strides), "total"),
        ].join("\n"),
      )}`,
  );
  return {
    result: argument.buffer,
    arguments: [{ buffer: partial, offset: 0 }, argument],
    reads: [partial],
    writes: [argument.buffer],
    replaces: new Map(),
    groups: groupsFor(Math.ceil(results / GROUP)),
    write: () => text,
  };
}
