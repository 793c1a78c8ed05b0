/**
 * The two halves of a trained model as a page runs them: its own graphs, by our WebAssembly. The reference interpreter takes
 * over where a browser allows no WebAssembly, and does what that has no kernels for.
 */

import { decodeSafetensors } from "../../src/base/safetensors.ts";
import {
  deserializeProgram,
  inputName,
  interpret,
  type Program,
  type SerializedProgram,
  type Value,
} from "../../src/graph/index.ts";
import { openWasmRuntime, type Runtime, type Session } from "../../src/runtime/index.ts";
import type { Posterior } from "./codec.ts";

const interpreter: Pick<Runtime, "description" | "compile" | "open"> = {
  description: "the interpreter",
  compile: async ({ outputs }) => ({
    run: async (feeds) => interpret(outputs, feeds as Record<string, Value>),
    release: async () => {},
  }),
  open: async () => {
    throw new Error("internal: a page opens no ONNX");
  },
};

function makeRuntime(): Pick<Runtime, "compile"> {
  try {
    const other = async () => interpreter;
    return openWasmRuntime({ description: "WebAssembly", memory: 2 ** 32, other });
  } catch {
    return interpreter; // A browser without WebAssembly.
  }
}

/** A program and those of its inputs that are weights. */
class Half {
  readonly #program: Program;
  readonly #weights: Record<string, Value> = {};
  /** Of a conditional model. */
  readonly #classes: number | undefined;
  #session: Promise<Session>;

  constructor(
    runtime: Pick<Runtime, "compile">,
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
    this.#session = runtime.compile(this.#program);
  }

  async run(feeds: Record<string, Value>, label: number): Promise<Readonly<Record<string, Value>>> {
    const all = { ...this.#weights, ...feeds };
    if (this.#classes !== undefined) {
      const oneHot = new Float32Array(this.#classes);
      oneHot[label] = 1;
      all.label = float32([1, this.#classes], oneHot);
    }
    try {
      return await (await this.#session).run(all);
    } catch {
      // WebAssembly that the page's policy forbids, or that finds no memory.
      this.#session = interpreter.compile(this.#program);
      return (await this.#session).run(all);
    }
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
    const runtime = makeRuntime();
    this.#encoder = encoder && new Half(runtime, encoder, "image", tensors);
    this.#decoder = new Half(runtime, decoder, "latent", tensors);
  }

  /**
   * One latent `[latent]` → its mean image, uint8 `[height, width, channel]`, rounded as everywhere in betalab.
   *
   * @param label index of the class, for a conditional model
   */
  async decode(latent: Float32Array, label = 0): Promise<Uint8Array> {
    const { image } = await this.#decoder.run({ latent: float32([1, latent.length], latent) }, label);
    return Uint8Array.from(image!.data as Float32Array, (value) => Math.round(255 * value));
  }

  /** One image, uint8 `[height, width, channel]`, → its posterior, each `[latent]`. */
  async encode(
    pixels: Uint8Array,
    shape: readonly [height: number, width: number, channels: number],
    label = 0,
  ): Promise<Posterior> {
    const image = float32(
      [1, ...shape],
      Float32Array.from(pixels, (value) => value / 255),
    );
    if (this.#encoder === undefined) throw new Error("this page has the decoder alone");
    const { mean, logVariance } = await this.#encoder.run({ image }, label);
    return { mean: mean!.data as Float32Array, logVariance: logVariance!.data as Float32Array };
  }
}

function float32(shape: readonly number[], data: Float32Array): Value<"float32"> {
  return { dtype: "float32", shape, data };
}
