/** The decoder as the page runs it: the model's own graph, built from its description, by the reference interpreter. */

import { type DType, elementCount, interpret, type Program, type Value } from "../../graph/index.ts";
import { decoderProgram } from "../../latent/index.ts";
import { architectures, createVae, likelihoods } from "../../models/index.ts";
import type { LiveModel } from "./live.ts";

export class PageDecoder {
  readonly #live: LiveModel;
  readonly #program: Program;
  readonly #weights: Record<string, Value>;

  /**
   * @param weights all that the decoder needs, one tensor after another in the order in which it asks for them
   *
   * Throws when their number is another than the model's.
   */
  constructor(live: LiveModel, weights: Float32Array) {
    const { program, weights: specs } = decoderProgram(
      createVae(live.model, live.image, { architectures, likelihoods, classes: live.classes }),
    );
    this.#live = live;
    this.#program = program;
    this.#weights = {};
    let at = 0;
    for (const { name, shape } of specs) {
      const end = at + elementCount(shape);
      this.#weights[name] = float32(shape, weights.subarray(at, end));
      at = end;
    }
    if (at !== weights.length) throw new Error(`${weights.length} weights for a decoder of ${at}`);
  }

  /**
   * One latent `[latent]` → its mean image, uint8 `[height, width, channel]`, rounded as everywhere in betalab.
   *
   * @param label index of the class, for a conditional model
   */
  decode(latent: Float32Array, label = 0): Uint8Array {
    const { classes } = this.#live;
    const feeds: Record<string, Value> = { ...this.#weights, latent: float32([1, latent.length], latent) };
    if (classes !== undefined) {
      const oneHot = new Float32Array(classes.length);
      oneHot[label] = 1;
      feeds.label = float32([1, classes.length], oneHot);
    }
    const values = interpret(this.#program.outputs, feeds).image!.data as Float32Array;
    return Uint8Array.from(values, (value) => Math.round(255 * value));
  }
}

function float32(shape: readonly number[], data: Float32Array): Value<DType & "float32"> {
  return { dtype: "float32", shape, data };
}
