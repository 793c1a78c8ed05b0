/** The two halves of a trained model as a page runs them: its own graphs, by the reference interpreter. */

import { decodeSafetensors } from "../../src/base/safetensors.ts";
import {
  deserializeProgram,
  inputName,
  interpret,
  type Program,
  type SerializedProgram,
  type Value,
} from "../../src/graph/index.ts";

/** A program and those of its inputs that are weights. */
class Half {
  readonly #program: Program;
  readonly #weights: Record<string, Value> = {};
  /** Of a conditional model. */
  readonly #classes: number | undefined;

  constructor(
    written: SerializedProgram,
    data: string,
    tensors: ReturnType<typeof decodeSafetensors>["tensors"],
  ) {
    this.#program = deserializeProgram(written);
    for (const input of this.#program.inputs) {
      const name = inputName(input)!;
      if (name === "label") this.#classes = input.shape[1] as number;
      if (name === "label" || name === data) continue;
      const tensor = tensors[name];
      if (tensor?.dtype !== "F32") throw new Error(`the model's weight ${name} is not in the page`);
      this.#weights[name] = float32(tensor.shape, tensor.data);
    }
  }

  run(feeds: Record<string, Value>, label: number): Readonly<Record<string, Value>> {
    if (this.#classes === undefined) return interpret(this.#program.outputs, { ...this.#weights, ...feeds });
    const oneHot = new Float32Array(this.#classes);
    oneHot[label] = 1;
    const classes = float32([1, this.#classes], oneHot);
    return interpret(this.#program.outputs, { ...this.#weights, ...feeds, label: classes });
  }
}

export class Halves {
  readonly #encoder: Half | undefined;
  readonly #decoder: Half;

  /**
   * @param encoder takes `image`, `[batch, height, width, channel]` in [0, 1]; gives `mean` and `logVariance`,
   * `[batch, latent]`. Absent: the page only decodes
   * @param decoder takes `latent`, `[batch, latent]`; gives `image`; both perhaps `label`, one-hot `[batch, classes]`
   * @param weights of both by name, as safetensors
   *
   * Throws "data" when one can't be read, or a weight is missing.
   */
  constructor(encoder: SerializedProgram | undefined, decoder: SerializedProgram, weights: Uint8Array) {
    const { tensors } = decodeSafetensors(weights, "the model's weights");
    this.#encoder = encoder && new Half(encoder, "image", tensors);
    this.#decoder = new Half(decoder, "latent", tensors);
  }

  /**
   * One latent `[latent]` → its mean image, uint8 `[height, width, channel]`, rounded as everywhere in betalab.
   *
   * @param label index of the class, for a conditional model
   */
  decode(latent: Float32Array, label = 0): Uint8Array {
    const { image } = this.#decoder.run({ latent: float32([1, latent.length], latent) }, label);
    return Uint8Array.from(image!.data as Float32Array, (value) => Math.round(255 * value));
  }

  /** One image, uint8 `[height, width, channel]`, → its posterior, each `[latent]`. */
  encode(
    pixels: Uint8Array,
    shape: readonly [height: number, width: number, channels: number],
    label = 0,
  ): { readonly mean: Float32Array; readonly logVariance: Float32Array } {
    const image = float32(
      [1, ...shape],
      Float32Array.from(pixels, (value) => value / 255),
    );
    if (this.#encoder === undefined) throw new Error("this page has the decoder alone");
    const { mean, logVariance } = this.#encoder.run({ image }, label);
    return { mean: mean!.data as Float32Array, logVariance: logVariance!.data as Float32Array };
  }
}

function float32(shape: readonly number[], data: Float32Array): Value<"float32"> {
  return { dtype: "float32", shape, data };
}
