/** A trained model to ask: images to posteriors, latents to images. Works in chunks, so memory stays flat. */

import { BetalabError } from "../base/errors.ts";
import { formatCount, formatGigabytes, plural } from "../base/format.ts";
import { expectArgument } from "../base/issues.ts";
import { type ImageArray, memoryImages, type Split } from "../data/index.ts";
import type { Value } from "../graph/index.ts";
import { formatImage, rowsPerCall, type Vae } from "../models/index.ts";
import type { Feeds, Runtime, Session } from "../runtime/index.ts";
import type { State } from "../training/index.ts";
import { encodeWith, imageFeeds, labelFeed, posteriorProgram, type SplitPosteriors } from "./encode.ts";
import { type PriorMixture, priorDraws, priorOf } from "./prior.ts";
import { decoderProgram, type Half, weighingProgram } from "./programs.ts";

/** Of pictures in the making; larger ones can't be addressed. */
const MOST_BYTES = 2 ** 35;

/** The class of each image, as indices: `[count]`. A conditional model needs them, any other takes none. */
export type Classes = ArrayLike<number> | undefined;

/** Compiled programs, shared by a model and the same model with other weights. */
class Programs {
  readonly runtime: Runtime;
  readonly #vae: Vae;
  readonly #encoder: Promise<Session>;
  readonly #decoder: Promise<Session>;
  #weighing: Promise<Session> | undefined;
  #isReleased = false;

  constructor(runtime: Runtime, vae: Vae) {
    this.runtime = runtime;
    this.#vae = vae;
    this.#encoder = runtime.compile(posteriorProgram(vae));
    this.#decoder = runtime.compile(decoderProgram(vae).program);
  }

  get encoder(): Promise<Session> {
    return this.#checked(this.#encoder);
  }

  get decoder(): Promise<Session> {
    return this.#checked(this.#decoder);
  }

  /** Compiled on first use: most uses of a model have none. */
  get weighing(): Promise<Session> {
    if (!this.#isReleased) this.#weighing ??= this.runtime.compile(weighingProgram(this.#vae).program);
    return this.#checked(this.#weighing!);
  }

  /** May be called twice: cleaning up is no place for errors. */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    for (const session of [this.#encoder, this.#decoder, this.#weighing]) await (await session)?.release();
  }

  async #checked(session: Promise<Session>): Promise<Session> {
    if (!this.#isReleased) return session;
    throw new BetalabError(
      "usage",
      "the model was released: what it computed with is gone",
      "call release() after the last use, or open and compile() the model anew; models made by with() share one release",
    );
  }
}

export class LatentModel {
  readonly vae: Vae;
  readonly #programs: Programs;
  readonly #state: State;
  #prior: Promise<PriorMixture | undefined> | undefined;

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

  /**
   * Posterior of each image; pixels are uint8 `[count, height, width, channel]`.
   *
   * @throws BetalabError "shape" when the images are of another size, or are not uint8.
   */
  async encode(images: ImageArray, classes?: Classes): Promise<SplitPosteriors> {
    return encodeWith(await this.#programs.encoder, this.vae, this.#state, this.#split(images, classes));
  }

  /**
   * Before so many images are drawn.
   *
   * @param asked the options that say how many, for the message
   * @throws BetalabError "usage" when they don't fit into this machine's memory.
   */
  checkRoom(count: number, asked: string): void {
    const { memory } = this.#programs.runtime;
    const { image, latentDim } = this.vae;
    // Decoded, in a picture of three channels with space around, and encoded; the latents also as a table.
    const bytes = count * (16 * image.height * image.width * image.channels + 100 * latentDim);
    const most = Math.min(memory / 2, MOST_BYTES);
    if (bytes <= most) return;
    throw new BetalabError(
      "usage",
      `${asked}: ${formatCount(count)} images of ${formatImage(image)} take about ${formatGigabytes(bytes)} to draw, and there is room for ${formatGigabytes(most)}`,
      "ask for fewer",
    );
  }

  /**
   * Mean image of each latent; `latents` is `[count, latent]`, `classes` one of each or one for all.
   *
   * @throws BetalabError "usage" for another type, "shape" for another length, "data" for numbers that are not finite or
   * a class that the model does not know.
   */
  async decode(latents: Float32Array, classes?: Classes | number): Promise<ImageArray> {
    expectArgument(latents instanceof Float32Array, "`latents`", latents, "a Float32Array, [count, latent]");
    const { height, width, channels } = this.vae.image;
    const size = height * width * channels;
    const count = latents.length / this.vae.latentDim;
    if (!Number.isInteger(count)) {
      throw new BetalabError(
        "shape",
        `latents has ${latents.length} numbers, which is not a multiple of ${this.vae.latentDim} latents`,
        "it is [count, latent], one row after another",
      );
    }
    const wrong = latents.findIndex((value) => !Number.isFinite(value));
    if (wrong !== -1)
      throw new BetalabError("data", `latents[${wrong}] is ${latents[wrong]}, which has no image`);
    const pixels = new Uint8Array(count * size);
    const session = await this.#programs.decoder;
    const labels =
      typeof classes === "number" ? new Int32Array(count).fill(classes) : indicesOf(classes, count);
    await this.#inChunks(decoderProgram(this.vae), count, async (start, end, weights) => {
      const label = labelFeed(this.vae, labels?.subarray(start, end));
      const latent = this.#latents(latents, start, end);
      const { image } = await session.run({ ...weights, latent, ...(label && { label }) });
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
    const split = this.#split(images, classes);
    await this.#inChunks(weighingProgram(this.vae), images.count, async (start, end, weights) => {
      const { reconstruction } = await session.run({
        ...weights,
        ...imageFeeds(this.vae, split, start, end - start),
        latent: this.#latents(latents, start, end),
      });
      nats.set(reconstruction!.data as Float32Array, start);
    });
    return nats;
  }

  /**
   * Decoded draws from the prior, its deviations times the temperature.
   *
   * @param seed the same seed gives the same draws, whatever the model
   */
  async sample(count: number, seed: number, temperature = 1, classes?: Classes): Promise<ImageArray> {
    return this.decode(await this.draw(count, seed, temperature), classes);
  }

  /** Draws from the prior: `[count, latent]`. */
  async draw(count: number, seed: number, temperature = 1): Promise<Float32Array> {
    return priorDraws(count, this.vae.latentDim, seed, temperature, await this.prior());
  }

  /** The components of the prior; undefined for N(0, I). */
  async prior(): Promise<PriorMixture | undefined> {
    this.#prior ??= priorOf({ runtime: this.#programs.runtime, vae: this.vae, state: this.#state });
    return this.#prior;
  }

  async release(): Promise<void> {
    await this.#programs.release();
  }

  async #inChunks(
    { program }: Half,
    count: number,
    run: (start: number, end: number, weights: Feeds) => Promise<void>,
  ): Promise<void> {
    const weights = this.#state.feeds(program);
    const rows = rowsPerCall(this.vae);
    for (let start = 0; start < count; start += rows) {
      await run(start, Math.min(count, start + rows), weights);
    }
  }

  #split(images: ImageArray, classes: Classes): Split {
    checkImages(images, this.vae);
    const values = indicesOf(classes, images.count);
    return {
      images: memoryImages(images.pixels, images),
      ...(values && { labels: { names: this.vae.classes ?? [], values } }),
    };
  }

  #latents(latents: Float32Array, start: number, end: number): Value {
    const latent = this.vae.latentDim;
    const data = latents.slice(start * latent, end * latent);
    return { dtype: "float32", shape: [end - start, latent], data };
  }
}

/** What comes from outside is named as what it is: floats read as bytes would give wrong codes without a word. */
function checkImages(images: ImageArray, { image }: Vae): void {
  const { count, height, width, channels, pixels } = Object(images) as ImageArray;
  const isArray = pixels !== undefined && Number.isInteger(count);
  expectArgument(isArray, "`images`", images, "{ count, height, width, channels, pixels }");
  const given = formatImage({ height, width, channels });
  if (given !== formatImage(image)) {
    throw new BetalabError("shape", `the images are ${given}; the model takes ${formatImage(image)}`);
  }
  if (!(pixels instanceof Uint8Array)) {
    throw new BetalabError(
      "shape",
      `pixels is a ${Object.prototype.toString.call(pixels).slice(8, -1)}, not a Uint8Array of 0 to 255`,
      "toPixels(values, [0, 1]), from betalab/data, makes one of numbers in a known range",
    );
  }
  const size = height * width * channels;
  if (pixels.length !== count * size) {
    throw new BetalabError(
      "shape",
      `pixels has ${pixels.length} values: ${plural(count, "image")} of ${given} have ${count * size}`,
    );
  }
}

function indicesOf(classes: Classes, count: number): Int32Array | undefined {
  if (classes === undefined) return undefined;
  if (classes.length === count) return Int32Array.from(classes);
  throw new BetalabError(
    "shape",
    `classes has ${plural(classes.length, "value")} for ${plural(count, "image")}`,
    "it has the index of each image's class; a single number is the class of all",
  );
}
