/**
 * First values of state. The default for weights and biases is PyTorch's: uniform in ±1/√fan-in, which is
 * what `kaiming_uniform_(a=√5)` comes to (torch.nn.Linear.reset_parameters and _ConvNd.reset_parameters).
 */

import { fillUniform } from "../base/random.ts";
import { elementCount } from "../graph/index.ts";
import type { StateSpec } from "./context.ts";

/** Fills a new tensor. `seed` and the tensor's name choose the numbers: adding a layer leaves the others as they were. */
export type Initializer = (
  data: Float32Array,
  spec: { readonly name: string; readonly seed: number },
) => void;

/** PyTorch's default for a layer whose outputs each see `fanIn` inputs: uniform in ±1/√fanIn. */
export function fanInUniform(fanIn: number): Initializer {
  const bound = 1 / Math.sqrt(fanIn);
  return (data, { name, seed }) => {
    fillUniform(data, { seed, stream: `initial:${name}` });
    for (let i = 0; i < data.length; i++) data[i] = bound * (2 * data[i]! - 1);
  };
}

/** Glorot & Bengio 2010: uniform in ±√(6/(fan-in + fan-out)). */
export function glorotUniform(fanIn: number, fanOut: number): Initializer {
  return uniform(-Math.sqrt(6 / (fanIn + fanOut)), Math.sqrt(6 / (fanIn + fanOut)));
}

/** Uniform in [low, high). */
export function uniform(low: number, high: number): Initializer {
  return (data, { name, seed }) => {
    fillUniform(data, { seed, stream: `initial:${name}` });
    for (let i = 0; i < data.length; i++) data[i] = low + (high - low) * data[i]!;
  };
}

/** One value everywhere. */
export function fill(value: number): Initializer {
  return (data) => data.fill(value);
}

/** The first value of every state tensor, by name. */
export function initialize(specs: Iterable<StateSpec>, seed: number): Map<string, Float32Array> {
  const state = new Map<string, Float32Array>();
  for (const { name, shape, initializer } of specs) {
    const data = new Float32Array(elementCount(shape));
    initializer(data, { name, seed });
    state.set(name, data);
  }
  return state;
}
