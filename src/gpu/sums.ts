/** Sums, and largest values, of a pass: groups share them out, and a long one is cut into parts, which are summed up afterwards. */

import { elementCount } from "../graph/index.ts";
import { type Argument, Buffer, type Nest } from "../plan/index.ts";
import { literal, write } from "./elements.ts";
import {
  type Addresses,
  type Card,
  flatKernel,
  type GpuKernel,
  GROUP,
  head,
  range,
  sumParts,
} from "./kernel.ts";
import { addressOf, coordinates, type Loops, type Pointer, Values } from "./loops.ts";

/** Terms that one invocation sums up by itself. */
const ALONE = 32;
/** Results next to each other that a group sums up where those lie next to each other in memory, too. */
const ABREAST = 32;
/** Groups that keep a card busy. */
const BUSY = 128;
/** Sums of one kernel: each takes a kilobyte of what a group shares, of which every card has sixteen. */
const MOST_SUMS = 8;

const combined = {
  sum: (a: string, b: string) => `(${a} + ${b})`,
  max: (a: string, b: string) => `max(${a}, ${b})`,
};
const identity = { sum: "0f", max: literal(Number.NEGATIVE_INFINITY) };

/** Sums along the same axes, of one kernel. */
interface Sums {
  readonly targets: readonly (Nest["reductions"][number] & { readonly pointer: Pointer })[];
  readonly sizes: readonly number[];
  /** Axes of the results, of which there are `results`, and those of the terms of each. */
  readonly kept: readonly number[];
  readonly summed: readonly number[];
  readonly results: number;
  readonly terms: number;
  /** A group has so many rows of invocations for `wide` results; in as many parts each sum is cut. */
  readonly lanes: number;
  readonly wide: number;
  readonly parts: number;
}

/** The kernels of a pass's sums: one for those along the same axes, and others that sum up their parts. */
export function sumKernels(loops: Loops, card: Card): GpuKernel[] {
  const along = loops.reductions.map(({ strides }) => strides.join());
  return [...new Set(along)].flatMap((one) => {
    const alike = [...along.keys()].filter((i) => along[i] === one);
    return range(Math.ceil(alike.length / MOST_SUMS)).flatMap((i) => {
      const sums = sumsOf(loops, alike.slice(i * MOST_SUMS, (i + 1) * MOST_SUMS), card);
      return sums.results === 0 ? [] : kernelsOf(sums, loops);
    });
  });
}

function sumsOf({ sizes, nest, reductions }: Loops, which: readonly number[], card: Card): Sums {
  const { strides } = reductions[which[0]!]!;
  const axes = [...sizes.keys()];
  const kept = axes.filter((axis) => strides[axis] !== 0);
  const summed = axes.filter((axis) => strides[axis] === 0);
  const countOf = (list: readonly number[]) => elementCount(list.map((axis) => sizes[axis]!));
  const [results, terms] = [countOf(kept), countOf(summed)];
  return {
    targets: which.map((i) => ({ ...nest.reductions[i]!, pointer: reductions[i]! })),
    ...{ sizes, kept, summed, results, terms },
    ...sharing(results, terms, kept.at(-1) === axes.at(-1), card),
  };
}

function sharing(
  results: number,
  terms: number,
  areAbreast: boolean,
  { isSoftware }: Card,
): Pick<Sums, "lanes" | "wide" | "parts"> {
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

function kernelsOf(sums: Sums, loops: Loops): GpuKernel[] {
  const { targets, results, lanes, wide, parts } = sums;
  const made = targets.map(
    ({ pointer }): Argument =>
      parts === 1 ? pointer.argument : { buffer: new Buffer(4 * parts * results), offset: 0 },
  );
  const values = new Values(loops, targets);
  const operands = values.arguments;
  const kernel: GpuKernel = {
    result: made[0]!.buffer,
    arguments: [...operands, ...made],
    reads: operands.map(({ buffer }) => buffer),
    writes: made.map(({ buffer }) => buffer),
    replaces: new Map(),
    groups: Math.ceil(results / wide) * parts,
    size: wide * lanes,
    shared:
      lanes === 1 ? {} : Object.fromEntries(targets.map((_, i) => [`totals${i}`, `array<f32, ${GROUP}>`])),
    write: (name, addresses) => [head(name), ...summing(sums, values, addresses), "}"].join("\n"),
  };
  return parts === 1 ? [kernel] : [kernel, ...targets.map((_, i) => sumOfParts(sums, i, made[i]!))];
}

/** The lines of an invocation. */
function summing(sums: Sums, values: Values, addresses: Addresses): string[] {
  const { targets, sizes, kept, results, terms, lanes, wide, parts } = sums;
  const groups = Math.ceil(results / wide);
  const first = values.arguments.length;
  return [
    `let result = group % ${groups}u * ${wide}u + lane % ${wide}u;`,
    `let row = lane / ${wide}u;`,
    `let part = group / ${groups}u;`,
    ...targets.map(({ operator }, i) => `var t${i} = ${identity[operator]};`),
    `if (result < ${results}u) {`,
    ...coordinates("result", kept, sizes),
    ...(terms === 0 ? [] : loop(sums, values, addresses)),
    "}",
    ...(lanes === 1 ? [] : tree(sums)),
    `if (result < ${results}u && row == 0u) {`,
    ...coordinates("result", kept, sizes),
    ...targets.map(({ pointer }, i) => {
      const to = addresses(first + i);
      const at = parts === 1 ? addressOf(to, pointer.strides) : `${to} + part * ${results}u + result`;
      return write("float32", at, `t${i}`);
    }),
    "}",
  ];
}

/** Over the terms of an invocation. */
function loop(
  { targets, sizes, summed, terms, lanes, parts }: Sums,
  values: Values,
  addresses: Addresses,
): string[] {
  const chunk = Math.ceil(terms / parts);
  return [
    `let end = min((part + 1u) * ${chunk}u, ${terms}u);`,
    `for (var term = part * ${chunk}u + row; term < end; term += ${lanes}u) {`,
    ...coordinates("term", summed, sizes),
    ...values.lines(addresses),
    ...targets.map(({ operator, value }, i) => `t${i} = ${combined[operator](`t${i}`, `v${value}`)};`),
    "}",
  ];
}

/** What the lanes have, summed up in pairs. */
function tree({ targets, wide, lanes }: Sums): string[] {
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

/** Sums up what the parts of target `i` came to. */
function sumOfParts({ targets, sizes, kept, results, parts }: Sums, i: number, made: Argument): GpuKernel {
  const { operator, pointer } = targets[i]!;
  return flatKernel([made], pointer.argument, results, (addresses) =>
    [
      sumParts(parts, results, addresses(0), combined[operator]),
      ...coordinates("i", kept, sizes),
      write("float32", addressOf(addresses(1), pointer.strides), "x"),
    ].join("\n"),
  );
}
