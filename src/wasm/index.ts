/**
 * The WebAssembly back end: a program with its sizes becomes one module of kernels and the order in which to call
 * them. Pure: whoever has a `WebAssembly` instantiates it.
 */

import type { Program } from "../graph/index.ts";
import { aligned, layOut } from "./arena.ts";
import type { Sizes } from "./graph.ts";
import type { Buffer } from "./kernels.ts";
import { ModuleBuilder } from "./module.ts";
import { Planner } from "./plan.ts";

export type { Sizes } from "./graph.ts";
export { missingOperator } from "./operators.ts";

/** An address: bytes from where one of the bases lies in this call. */
interface Address {
  /** 0 is the program's own memory; then its inputs, then its outputs, in order. */
  readonly base: number;
  readonly offset: number;
}

interface Part {
  readonly kernel: number;
  readonly arguments: readonly Address[];
}

export interface WasmProgram {
  /** Imports "host" "memory"; exports each kernel by its number. */
  readonly module: Uint8Array<ArrayBuffer>;
  /** One after another; the parts of each in any order, or at once. */
  readonly calls: readonly (readonly Part[])[];
  /** Bytes of its own memory. */
  readonly bytes: number;
  /** What that holds before the first call. */
  readonly contents: readonly { readonly offset: number; readonly data: ArrayBufferView }[];
  /** Names of the inputs that are read, and of the outputs: the order of their bases. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/**
 * @param threads into as many parts kernels are cut, the large ones; with more than one, the memory is a shared one
 * @throws BetalabError "device" naming an operator that is not there, "shape" for a size that is not bound
 */
export function compileWasm(program: Program, sizes: Sizes, threads: number): WasmProgram {
  const planner = new Planner(program, sizes, threads);
  const module = new ModuleBuilder();
  const kernels = planner.kernels.flatMap((kernel) => kernel.define(module, threads) ?? []);
  let end = 0;
  for (const buffer of [...planner.constants, ...planner.scratchBuffers]) {
    buffer.offset = end;
    end += aligned(buffer.bytes);
  }
  const bytes = layOut(kernels, end);
  const inputs = [...planner.inputBuffers.keys()];
  const outputs = [...planner.outputBuffers.keys()];
  const baseOf = ({ place }: Buffer): number => {
    if (place === "own") return 0;
    if ("input" in place) return 1 + inputs.indexOf(place.input);
    return 1 + inputs.length + outputs.indexOf(place.output);
  };
  return {
    module: module.toBytes(threads > 1),
    calls: kernels.map(({ parts }) =>
      parts.map((part) => ({
        kernel: part.index,
        arguments: part.arguments.map(({ buffer, offset }) => ({
          base: baseOf(buffer),
          offset: buffer.offset + offset,
        })),
      })),
    ),
    bytes,
    contents: planner.constants.map(({ offset, content }) => ({ offset, data: content! })),
    inputs,
    outputs,
  };
}
