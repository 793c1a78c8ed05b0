/** What has to be known to make and store one state tensor, and the first values of many. */

import { elementCount } from "../graph/index.ts";
import type { Initializer } from "./initializers.ts";

/** One state tensor (float32). */
export interface StateSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initializer: Initializer;
  /**
   * Parameters get gradients; buffers (batch norm's running moments, …) are updated by the forward pass; moments and
   * averages of parameters belong to the optimiser.
   */
  readonly kind: "parameter" | "buffer" | "moment" | "average";
  /** The part of the model that it was made in: "encoder", "decoder", or one of the objective's own. */
  readonly part?: string | undefined;
  /** Several tensors that a program takes as one, end to end in row-major order; files hold each by itself. */
  readonly members?: readonly StateSpec[] | undefined;
}

/** The tensors that files hold: the members of those that a program takes as one. */
export function unpacked(specs: Iterable<StateSpec>): StateSpec[] {
  return [...specs].flatMap((spec) => spec.members ?? [spec]);
}

/** The first value of every tensor, by name. */
export function initialize(specs: Iterable<StateSpec>, seed: number): Map<string, Float32Array> {
  const state = new Map<string, Float32Array>();
  for (const spec of specs) {
    const data = new Float32Array(elementCount(spec.shape));
    let start = 0;
    for (const { name, shape, initializer } of unpacked([spec])) {
      const end = start + elementCount(shape);
      initializer(data.subarray(start, end), { name, seed });
      start = end;
    }
    state.set(spec.name, data);
  }
  return state;
}
