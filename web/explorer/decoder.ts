/** The decoder as the page runs it: the trained model's own graph, by the reference interpreter. */

import { decodeSafetensors } from "../../src/base/safetensors.ts";
import {
  deserializeProgram,
  inputName,
  interpret,
  type Program,
  type SerializedProgram,
  type Value,
} from "../../src/graph/index.ts";

export class Decoder {
  readonly #program: Program;
  readonly #weights: Record<string, Value> = {};
  /** Of a conditional model. */
  readonly #classes: number | undefined;

  /**
   * @param program takes `latent`, `[batch, latent]`, perhaps `label`, one-hot `[batch, classes]`, and weights; gives
   * `image`, `[batch, height, width, channel]` in [0, 1]
   * @param weights by name, as safetensors
   *
   * Throws "data" when either can't be read, or a weight is missing.
   */
  constructor(program: SerializedProgram, weights: Uint8Array) {
    this.#program = deserializeProgram(program);
    const { tensors } = decodeSafetensors(weights, "the decoder's weights");
    for (const input of this.#program.inputs) {
      const name = inputName(input)!;
      if (name === "label") this.#classes = input.shape[1] as number;
      if (name === "label" || name === "latent") continue;
      const tensor = tensors[name];
      if (tensor?.dtype !== "F32") throw new Error(`the decoder's weight ${name} is not in the page`);
      this.#weights[name] = float32(tensor.shape, tensor.data);
    }
  }

  /**
   * One latent `[latent]` → its mean image, uint8 `[height, width, channel]`, rounded as everywhere in betalab.
   *
   * @param label index of the class, for a conditional model
   */
  decode(latent: Float32Array, label = 0): Uint8Array {
    const feeds: Record<string, Value> = { ...this.#weights, latent: float32([1, latent.length], latent) };
    if (this.#classes !== undefined) {
      const oneHot = new Float32Array(this.#classes);
      oneHot[label] = 1;
      feeds.label = float32([1, this.#classes], oneHot);
    }
    const values = interpret(this.#program.outputs, feeds).image!.data as Float32Array;
    return Uint8Array.from(values, (value) => Math.round(255 * value));
  }
}

function float32(shape: readonly number[], data: Float32Array): Value<"float32"> {
  return { dtype: "float32", shape, data };
}
