/**
 * First values of state. The default for weights and biases is PyTorch's: uniform in ±1/√fan-in, which is
 * what `kaiming_uniform_(a=√5)` comes to (torch.nn.Linear.reset_parameters and _ConvNd.reset_parameters).
 */

import { fillUniform } from "../base/random.ts";

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

export function fill(value: number): Initializer {
  return (data) => data.fill(value);
}

/** How the weights and biases of a fully connected layer start, given its fan-in and fan-out. */
export interface LinearInitializers {
  weight(fanIn: number, fanOut: number): Initializer;
  bias(fanIn: number): Initializer;
}

/** PyTorch's default. */
export const pytorchLinear: LinearInitializers = { weight: fanInUniform, bias: fanInUniform };

/** Glorot's weights, biases 0. */
export const glorotLinear: LinearInitializers = { weight: glorotUniform, bias: () => fill(0) };
