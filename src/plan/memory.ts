/** Where in a call's memory everything lies: addresses that are known once the call's inputs and outputs are. */

import { aligned, type Footprint, layOut } from "./arena.ts";
import type { Kernel } from "./back-end.ts";
import type { Argument, Buffer } from "./pass.ts";
import type { Planner } from "./planner.ts";

/** An address: bytes from where one of the bases lies in this call. */
export interface Address {
  /** 0 is the program's own memory; then its inputs, then its outputs, in order. */
  readonly base: number;
  readonly offset: number;
}

export interface Memory {
  /** Bytes of its own memory. */
  readonly bytes: number;
  /** What that holds before the first call. */
  readonly contents: readonly { readonly offset: number; readonly data: ArrayBufferView }[];
  /** Names of the inputs that are read, and of the outputs: the order of their bases. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** @param scratch buffers that all kernels may use while they run */
export function arrange<K extends Kernel>(
  planner: Planner<K>,
  kernels: readonly Footprint[],
  scratch: readonly Buffer[] = [],
): { memory: Memory; addressOf(argument: Argument): Address } {
  let end = 0;
  for (const buffer of [...planner.constants, ...scratch]) {
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
    memory: {
      bytes,
      contents: planner.constants.map(({ offset, content }) => ({ offset, data: content! })),
      inputs,
      outputs,
    },
    addressOf: ({ buffer, offset }) => ({ base: baseOf(buffer), offset: buffer.offset + offset }),
  };
}
