/**
 * What is started at once: kernels that do not need each other's results, as one shader whose groups are shared out among
 * them. To start one takes a card some microseconds, as long as many a kernel itself.
 */

import type { Argument, Buffer, Footprint } from "../plan/index.ts";
import { functions } from "./elements.ts";
import type { GpuKernel } from "./kernel.ts";

export interface Dispatch extends Footprint {
  readonly arguments: readonly Argument[];
  readonly groups: Groups;
  /** The shader, in WGSL: written last, since what ends a product may change until then. */
  write(): string;
}

export type Groups = readonly [x: number, y: number, z: number];

/** Arguments of one start: their addresses are bound at once. */
const MOST_ARGUMENTS = 256;
/** Kernels of one start: a shader of many takes long to compile. */
const MOST_KERNELS = 16;
/** Groups along one axis that every device starts. */
const MOST_GROUPS = 65_535;

/**
 * Kernels in order, as few starts as can be: each waits with others like it until somebody needs a result of theirs. Kernels
 * are alike if their groups have the same size, and all or none of them use shared memory.
 */
export function dispatches(kernels: readonly GpuKernel[]): Dispatch[] {
  const done: Dispatch[] = [];
  const waiting = new Map<string, GpuKernel[]>();
  const start = (kind: string) => {
    done.push(together(waiting.get(kind)!));
    waiting.delete(kind);
  };
  for (const kernel of kernels) {
    for (const [kind, others] of waiting) {
      const made = new Set(others.flatMap(({ writes }) => writes));
      if (kernel.reads.some((buffer) => made.has(buffer))) start(kind);
    }
    const kind = `${kernel.size} ${Object.keys(kernel.shared).length > 0}`;
    const others = waiting.get(kind) ?? [];
    const count = others.reduce((sum, other) => sum + other.arguments.length, kernel.arguments.length);
    if (others.length === MOST_KERNELS || (others.length > 0 && count > MOST_ARGUMENTS)) start(kind);
    waiting.set(kind, [...(waiting.get(kind) ?? []), kernel]);
  }
  for (const kind of [...waiting.keys()]) start(kind);
  return done;
}

function together(kernels: readonly GpuKernel[]): Dispatch {
  const total = kernels.reduce((sum, { groups }) => sum + groups, 0);
  const across = Math.max(1, Math.min(total, MOST_GROUPS));
  return {
    arguments: kernels.flatMap((kernel) => kernel.arguments),
    groups: [across, Math.ceil(total / across), 1],
    reads: kernels.flatMap(({ reads }) => reads),
    writes: kernels.flatMap(({ writes }) => writes),
    replaces: new Map(kernels.flatMap((kernel) => replacedOf(kernel, kernels))),
    write: () => shaderOf(kernels),
  };
}

/** What may take the place of an operand: not of one that another kernel reads at the same time. */
function replacedOf(kernel: GpuKernel, all: readonly GpuKernel[]): [Buffer, Buffer][] {
  return [...kernel.replaces].filter(([, before]) =>
    all.every((other) => other === kernel || !other.reads.includes(before)),
  );
}

function shaderOf(kernels: readonly GpuKernel[]): string {
  const shared = new Map(kernels.flatMap((kernel) => Object.entries(kernel.shared)));
  let [argument, group] = [0, 0];
  const parts = kernels.map((kernel, i) => {
    const first = argument;
    argument += kernel.arguments.length;
    return kernel.write(`kernel${i}`, (at) => `addresses[${(first + at) >> 2}][${(first + at) & 3}]`);
  });
  const calls = kernels.map(({ groups }, i) => {
    const first = group;
    group += groups;
    return `if (group < ${group}u) { kernel${i}(group - ${first}u, lane); }`;
  });
  return `@group(0) @binding(0) var<storage, read_write> heap: array<u32>;
@group(0) @binding(1) var<uniform> addresses: array<vec4<u32>, ${Math.ceil(argument / 4)}>;
fn number(at: u32) -> f32 { return bitcast<f32>(heap[at]); }
fn store(at: u32, x: f32) { heap[at] = bitcast<u32>(x); }
${functions}
${[...shared].map(([name, type]) => `var<workgroup> ${name}: ${type};`).join("\n")}
${parts.join("\n")}
@compute @workgroup_size(${kernels[0]!.size})
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(num_workgroups) counts: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
let group = id.x + id.y * counts.x;
${calls.join(" else ")}
}`;
}
