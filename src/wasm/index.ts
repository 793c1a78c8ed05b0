/**
 * The WebAssembly back end: a program with its sizes becomes one module of kernels and the order in which to call
 * them. Pure: whoever has a `WebAssembly` instantiates it.
 */

import type { Program } from "../graph/index.ts";
import { type Address, arrange, type Memory, missingOperator, Planner, type Sizes } from "../plan/index.ts";
import { defineKernel } from "./kernels.ts";
import { ModuleBuilder } from "./module.ts";
import { backEnd } from "./operators.ts";
import { Workspace } from "./workspace.ts";

export { type Code, doWhile, i16x8, i32, i32x4, sequence, v128 } from "./assembler.ts";
export { bytesOf } from "./bytes.ts";
export { type Frame, ModuleBuilder } from "./module.ts";

interface Part {
  readonly kernel: number;
  readonly arguments: readonly Address[];
}

export interface WasmProgram extends Memory {
  /** Imports "host" "memory"; exports each kernel by its number. */
  readonly module: Uint8Array<ArrayBuffer>;
  /** One after another; the parts of each in any order, or at once. */
  readonly calls: readonly (readonly Part[])[];
}

/** What of a program there are no kernels for; undefined where there is nothing. */
export const missingInWasm = (program: Program): string | undefined =>
  missingOperator(program, backEnd(new Workspace(1)));

/**
 * @param threads into as many parts kernels are cut, the large ones; with more than one, the memory is a shared one
 * @throws BetalabError "device" naming an operator that is not there, "shape" for a size that is not bound
 */
export function compileWasm(program: Program, sizes: Sizes, threads: number): WasmProgram {
  const workspace = new Workspace(threads);
  const planner = new Planner(program, sizes, backEnd(workspace));
  const module = new ModuleBuilder();
  const kernels = planner.kernels.flatMap((kernel) => defineKernel(module, kernel, threads) ?? []);
  const { memory, addressOf } = arrange(planner, kernels, workspace.buffers);
  return {
    ...memory,
    module: module.toBytes(threads > 1),
    calls: kernels.map(({ parts }) =>
      parts.map((part) => ({ kernel: part.index, arguments: part.arguments.map(addressOf) })),
    ),
  };
}
