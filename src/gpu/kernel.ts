/**
 * A kernel on a graphics card: a function in WGSL that groups of invocations run. All numbers lie in one heap; the
 * addresses of a kernel's arguments come with each call, so that programs of the same shapes share shaders.
 */

import type { DType } from "../graph/index.ts";
import type { Argument, Buffer, Footprint } from "../plan/index.ts";

/** Bytes in the heap. Booleans are whole words; bytes come in as inputs alone, four to a word. */
export const bytesOf: Readonly<Record<DType, number>> = { float32: 4, int32: 4, int64: 8, uint8: 1, bool: 4 };

/** Invocations of a group, where nothing asks for another number. */
export const GROUP = 256;

/** What kernels are written for. */
export interface Card {
  /** Whether a processor does what a graphics card would (SwiftShader, llvmpipe). */
  readonly isSoftware: boolean;
}

/** The address of an argument by number, in words (of bytes: in bytes). */
export type Addresses = (argument: number) => string;

export interface GpuKernel extends Footprint {
  readonly result: Buffer;
  readonly arguments: readonly Argument[];
  /** Groups that run it, and invocations of each. */
  readonly groups: number;
  readonly size: number;
  /** Memory that a group's invocations share: its type by name, which says all about it. */
  readonly shared: Readonly<Record<string, string>>;
  /** The function `name` of the number of a group and of an invocation in it, and functions whose names begin so. */
  write(name: string, addresses: Addresses): string;
}

/** A kernel of operands and one result, which are its arguments in this order. */
export function plainKernel(
  operands: readonly Argument[],
  result: Argument,
  rest: Pick<GpuKernel, "groups" | "size" | "shared" | "write">,
): GpuKernel {
  return {
    result: result.buffer,
    arguments: [...operands, result],
    reads: operands.map(({ buffer }) => buffer),
    writes: [result.buffer],
    replaces: new Map(),
    ...rest,
  };
}

/** A kernel of `count` invocations that need nothing of each other: lines of the invocation `i`. */
export function flatKernel(
  operands: readonly Argument[],
  result: Argument,
  count: number,
  write: (addresses: Addresses) => string,
): GpuKernel {
  return plainKernel(operands, result, {
    groups: Math.ceil(count / GROUP),
    size: GROUP,
    shared: {},
    write: (name, addresses) => `${head(name)}
let i = group * ${GROUP}u + lane;
if (i >= ${count}u) { return; }
${write(addresses)}
}`,
  });
}

/** The beginning of a kernel's function. */
export const head = (name: string): string => `fn ${name}(group: u32, lane: u32) {`;

export const range = (count: number): number[] => [...Array(count).keys()];

/**
 * Lines that sum up as `x` what `count` parts came to, whose numbers `i` lie `apart` from each other: four at a time, since
 * each comes from far away.
 */
export function sumParts(count: number, apart: number, from: string, combine = plus): string {
  const part = (k: string) => `number(${from} + (${k}) * ${apart}u + i)`;
  const fours = Math.floor(count / 4) * 4;
  const rest = range(count - fours).map((k) => part(`${fours + k}u`));
  const first =
    rest.length > 0
      ? rest.reduce(combine)
      : range(4)
          .map((k) => part(`${k}u`))
          .reduce(combine);
  const begin = rest.length > 0 ? 0 : 4;
  const four = range(4).map((k) => part(`k + ${k}u`));
  return `var x = ${first};
for (var k = ${begin}u; k < ${fours}u; k += 4u) { x = ${combine("x", combine(combine(four[0]!, four[1]!), combine(four[2]!, four[3]!)))}; }`;
}

const plus = (a: string, b: string): string => `(${a} + ${b})`;
