/**
 * The WebGPU back end: a program with its sizes becomes shaders, and the order in which to start them. Pure: whoever has a
 * `GPUDevice` runs them.
 */

import { inputName, type Program } from "../graph/index.ts";
import {
  type Address,
  arrange,
  type Memory,
  missingOperator,
  Pass,
  Planner,
  type Sizes,
} from "../plan/index.ts";
import { dispatches, type Groups } from "./dispatch.ts";
import type { Card, GpuKernel } from "./kernel.ts";
import { backEnd } from "./operators.ts";
import { passKernels } from "./passes.ts";

export type { Card } from "./kernel.ts";
export { bytesOf } from "./kernel.ts";

export interface GpuProgram extends Memory {
  /** One after another. The group (0, 0) of each shader is the heap, (0, 1) the addresses of its arguments. */
  readonly calls: readonly {
    /** In WGSL; its function is `main`. */
    readonly shader: string;
    readonly arguments: readonly (Address & {
      /** Whether it is counted in bytes, not in words of four. */
      readonly inBytes: boolean;
    })[];
    readonly groups: Groups;
  }[];
}

/** What of a program there are no kernels for; undefined where there is nothing. */
export const missingOnGpu = (program: Program): string | undefined =>
  missingOperator(program, backEnd({ isSoftware: false }));

/** @throws BetalabError "device" naming an operator that is not there, "shape" for a size that is not bound */
export function compileGpu(program: Program, sizes: Sizes, card: Card): GpuProgram {
  const planner = new Planner(program, sizes, backEnd(card));
  const kernels = planner.kernels.flatMap((kernel): GpuKernel[] => {
    if (!(kernel instanceof Pass)) return [kernel];
    const nest = kernel.nest();
    return nest === undefined ? [] : passKernels(nest, card);
  });
  const starts = dispatches(kernels);
  const { memory, addressOf } = arrange(planner, starts);
  const isBytes = program.inputs.filter(({ dtype }) => dtype === "uint8");
  const bytes = new Set(isBytes.map((tensor) => planner.inputBuffers.get(inputName(tensor)!)));
  return {
    ...memory,
    calls: starts.map(({ write, groups, ...start }) => ({
      shader: write(),
      arguments: start.arguments.map((argument) => ({
        ...addressOf(argument),
        inBytes: bytes.has(argument.buffer),
      })),
      groups,
    })),
  };
}
