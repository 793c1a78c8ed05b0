/** Kernels as functions of a module: those of passes, which are loops, and of what is no pass. */

import { type Argument, type Buffer, type Footprint, Pass, type PlacedNest } from "../plan/index.ts";
import { bytesOf } from "./bytes.ts";
import type { ModuleBuilder } from "./module.ts";
import { defineNest } from "./nest.ts";
import { splitNest } from "./split.ts";

interface Defined extends Footprint {
  /** Calls that need not wait for each other. */
  readonly parts: readonly { readonly index: number; readonly arguments: readonly Argument[] }[];
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
export interface PlainKernel {
  readonly result: Buffer;
  readonly parts: readonly PlainPart[];
}

/** Writes a kernel's functions, for so many threads; undefined where there is nothing left to do. */
export function defineKernel(
  module: ModuleBuilder,
  kernel: Pass | PlainKernel,
  threads: number,
): Defined | undefined {
  if (kernel instanceof Pass) {
    const placed = kernel.nest();
    return placed && definePass(module, placed, threads);
  }
  const { result, parts } = kernel;
  return {
    parts: parts.map(({ define, operands, offset, rest }) => ({
      index: define(module),
      arguments: [...operands, { buffer: result, offset }, ...rest],
    })),
    reads: parts.flatMap(({ operands }) => operands.map(({ buffer }) => buffer)),
    writes: [result],
    replaces: new Map(),
  };
}

function definePass(module: ModuleBuilder, placed: PlacedNest, threads: number): Defined {
  const results = [...placed.stores, ...placed.reductions];
  const pointed = [...placed.reads, ...results];
  return {
    parts: splitNest(placed.nest, threads).map((part) => ({
      index: defineNest(module, part.nest),
      arguments: pointed.map(({ buffer, first, dtype }, i) => {
        return { buffer, offset: first * bytesOf[dtype] + part.offsets[i]! };
      }),
    })),
    reads: placed.reads.map(({ buffer }) => buffer),
    writes: results.map(({ buffer }) => buffer),
    replaces: placed.replaces,
  };
}
