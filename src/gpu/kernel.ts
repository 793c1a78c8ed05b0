/**
 * A kernel on a graphics card: one shader, started for so many groups of invocations. All numbers lie in one heap; the
 * addresses of a kernel's arguments come with each call, so that kernels of the same shapes share a shader.
 */

import type { DType } from "../graph/index.ts";
import type { Argument, Buffer, Footprint } from "../plan/index.ts";

/** Bytes in the heap. Booleans are whole words; bytes come in as inputs alone, four to a word. */
export const bytesOf: Readonly<Record<DType, number>> = { float32: 4, int32: 4, int64: 8, uint8: 1, bool: 4 };

export interface GpuKernel extends Footprint {
  readonly result: Buffer;
  readonly arguments: readonly Argument[];
  /** How many groups are started. */
  readonly groups: Groups;
  /** The shader, in WGSL: written last, since what ends a product may change until then. */
  write(): string;
}

export type Groups = readonly [x: number, y: number, z: number];

/** A kernel of operands and one result, which are its arguments in this order. */
export function plainKernel(
  operands: readonly Argument[],
  result: Buffer,
  groups: Groups,
  write: (addresses: Addresses) => string,
): GpuKernel {
  return {
    result,
    arguments: [...operands, { buffer: result, offset: 0 }],
    groups,
    reads: operands.map(({ buffer }) => buffer),
    writes: [result],
    replaces: new Map(),
    write: () => shader(write),
  };
}

/** The address of an argument by number, in words (of bytes: in bytes). */
export type Addresses = (argument: number) => string;

/** A whole shader around what `write` makes of the addresses of its arguments. */
export function shader(write: (addresses: Addresses) => string): string {
  let count = 0;
  const body = write((argument) => {
    count = Math.max(count, argument + 1);
    return `addresses[${argument >> 2}][${argument & 3}]`;
  });
  return `@group(0) @binding(0) var<storage, read_write> heap: array<u32>;
@group(0) @binding(1) var<uniform> addresses: array<vec4<u32>, ${Math.ceil(count / 4)}>;
fn number(at: u32) -> f32 { return bitcast<f32>(heap[at]); }
fn store(at: u32, x: f32) { heap[at] = bitcast<u32>(x); }
${body}`;
}

/** Most groups along one axis that every device starts. */
const MOST = 65_535;

/** Groups for a row of `count`, in two dimensions where one does not hold them; `group` below is the number of each. */
export function groupsFor(count: number): Groups {
  const across = Math.min(count, MOST);
  return [across, Math.ceil(count / across), 1];
}

/** The head of a shader's function for a row of groups of `size` invocations: `group` and `lane` are their numbers. */
export function main(size: number, body: string): string {
  return `@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) counts: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let group = id.x + id.y * counts.x;
${body}
}`;
}
