/** A trained model to ask: images to posteriors, latents to images. Works in chunks, so memory stays flat. */

import { BetalabError } from "../base/errors.ts";
import { fillNormal } from "../base/random.ts";
import type { ImageArray } from "../data/index.ts";
import type { Value } from "../graph/index.ts";
import { formatImage, type Vae } from "../models/index.ts";
import type { Feeds, Runtime, Session } from "../runtime/index.ts";
import { fillOneHot, type State } from "../training/index.ts";
import { decoderProgram, encoderProgram, type Half, weighingProgram } from "./programs.ts";

/** Posteriors of images, row-major `[count, latent]`. */
export interface Posteriors {
  readonly count: number;
  readonly mean: Float32Array;
  readonly logVariance: Float32Array;
}

/** The class of each image, as indices: `[count]`. A conditional model needs them, any other takes none. */
export type Classes = ArrayLike<number> | undefined;

const CHUNK = 256;

/** Compiled programs, shared by a model and the same model with other weights. */
class Programs {
  readonly encoder: Promise<Session>;
  readonly decoder: Promise<Session>;
  readonly #runtime: Runtime;
  readonly #vae: Vae;
  #weighing: Promise<Session> | undefined;

  constructor(runtime: Runtime, vae: Vae) {
    this.#runtime = runtime;
    this.#vae = vae;
    this.encoder = runtime.compile(encoderProgram(vae).program);
    this.decoder = runtime.compile(decoderProgram(vae).program);
  }

  /** Compiled when it is asked for: most uses of a model don't. */
  get weighing(): Promise<Session> {
    this.#weighing ??= this.#runtime.compile(weighingProgram(this.#vae).program);
    return this.#weighing;
  }

  async release(): Promise<void> {
    for (const session of [this.encoder, this.decoder, this.#weighing]) await (await session)?.release();
  }
}

export class LatentModel {
  readonly vae: Vae;
  readonly #programs: Programs;
  readonly #state: State;

  private constructor(vae: Vae, programs: Programs, state: State) {
    this.vae = vae;
    this.#programs = programs;
    this.#state = state;
  }

  static async create(runtime: Runtime, vae: Vae, state: State): Promise<LatentModel> {
    const programs = new Programs(runtime, vae);
    await Promise.all([programs.encoder, programs.decoder]);
    return new LatentModel(vae, programs, state);
  }

  /** The same compiled model with other weights. */
  with(state: State): LatentModel {
    return new LatentModel(this.vae, this.#programs, state);
  }

  /** Posterior of each image; pixels are uint8 `[count, height, width, channel]`. */
  async encode(images: ImageArray, classes?: Classes): Promise<Posteriors> {
    const latent = this.vae.latentDim;
    const mean = new Float32Array(images.count * latent);
    const logVariance = new Float32Array(images.count * latent);
    const session = await this.#programs.encoder;
    await this.#inChunks(encoderProgram(this.vae), images.count, classes, async (start, end, feeds) => {
      const result = await session.run({ ...feeds, image: this.#scaled(images, start, end) });
      mean.set(result.mean!.data as Float32Array, start * latent);
      logVariance.set(result.logVariance!.data as Float32Array, start * latent);
    });
    return { count: images.count, mean, logVariance };
  }

  /** Mean image of each latent; `latents` is `[count, latent]`. */
  async decode(latents: Float32Array, classes?: Classes): Promise<ImageArray> {
    const { height, width, channels } = this.vae.image;
    const size = height * width * channels;
    const count = latents.length / this.vae.latentDim;
    const pixels = new Uint8Array(count * size);
    const session = await this.#programs.decoder;
    await this.#inChunks(decoderProgram(this.vae), count, classes, async (start, end, feeds) => {
      const { image } = await session.run({ ...feeds, latent: this.#latents(latents, start, end) });
      const values = image!.data as Float32Array;
      for (let i = 0; i < values.length; i++) pixels[start * size + i] = Math.round(255 * values[i]!);
    });
    return { count, height, width, channels: channels as 1 | 3, pixels };
  }

  /** Encodes, takes the posterior means (no noise), decodes. */
  async reconstruct(images: ImageArray, classes?: Classes): Promise<ImageArray> {
    return this.decode((await this.encode(images, classes)).mean, classes);
  }

  /** −ln p(x|z) of each image under its latent, `[count]`, in nats. */
  async weigh(images: ImageArray, latents: Float32Array, classes?: Classes): Promise<Float32Array> {
    const nats = new Float32Array(images.count);
    const session = await this.#programs.weighing;
    await this.#inChunks(weighingProgram(this.vae), images.count, classes, async (start, end, feeds) => {
      const { reconstruction } = await session.run({
        ...feeds,
        image: this.#scaled(images, start, end),
        latent: this.#latents(latents, start, end),
      });
      nats.set(reconstruction!.data as Float32Array, start);
    });
    return nats;
  }

  /**
   * Decodes draws from the prior N(0, temperature²·I).
   *
   * @param seed the same seed gives the same draws, whatever the model
   */
  async sample(count: number, seed: number, temperature = 1, classes?: Classes): Promise<ImageArray> {
    return this.decode(priorDraws(count, this.vae.latentDim, seed, temperature), classes);
  }

  async release(): Promise<void> {
    await this.#programs.release();
  }

  async #inChunks(
    { program }: Half,
    count: number,
    classes: Classes,
    run: (start: number, end: number, feeds: Feeds) => Promise<void>,
  ): Promise<void> {
    const state = this.#state.feeds(program);
    for (let start = 0; start < count; start += CHUNK) {
      const end = Math.min(count, start + CHUNK);
      await run(start, end, { ...state, ...this.#labels(classes, start, end) });
    }
  }

  #scaled({ pixels, ...given }: ImageArray, start: number, end: number): Value {
    const { height, width, channels } = this.vae.image;
    if (given.height !== height || given.width !== width || given.channels !== channels) {
      throw new BetalabError(
        "data",
        `the model takes images of ${formatImage(this.vae.image)}, not ${formatImage(given)}`,
        "use the data that it was trained on, or other data of that size",
      );
    }
    const size = height * width * channels;
    const data = Float32Array.from(pixels.subarray(start * size, end * size), (x) => x / 255);
    return { dtype: "float32", shape: [end - start, height, width, channels], data };
  }

  #latents(latents: Float32Array, start: number, end: number): Value {
    const latent = this.vae.latentDim;
    const data = latents.slice(start * latent, end * latent);
    return { dtype: "float32", shape: [end - start, latent], data };
  }

  #labels(classes: Classes, start: number, end: number): Record<string, Value> {
    const names = this.vae.classes;
    if (names === undefined) return {};
    if (classes === undefined) {
      const listed = names.join(", ");
      throw new BetalabError("usage", "this model is conditional: it needs the class of every image", listed);
    }
    const wanted = Int32Array.from({ length: end - start }, (_, i) => classes[start + i]!);
    const data = new Float32Array(wanted.length * names.length);
    fillOneHot(data, wanted);
    return { label: { dtype: "float32", shape: [wanted.length, names.length], data } };
  }
}

/** Draws from N(0, temperature²·I): `[count, latentDim]`. */
export function priorDraws(count: number, latentDim: number, seed: number, temperature = 1): Float32Array {
  const latents = new Float32Array(count * latentDim);
  fillNormal(latents, { seed, stream: "prior" });
  return temperature === 1 ? latents : latents.map((z) => z * temperature);
}
