/** A trained model to ask: images to posteriors, latents to images. Works in chunks, so memory stays flat. */

import { fillNormal } from "../base/random.ts";
import type { Images } from "../data/index.ts";
import type { Value } from "../graph/index.ts";
import type { Vae } from "../models/index.ts";
import type { Runtime, Session } from "../runtime/index.ts";
import type { State } from "../training/index.ts";
import { decoderProgram, encoderProgram } from "./programs.ts";

/** Posteriors of images, row-major `[count, latent]`. */
export interface Posteriors {
  readonly count: number;
  readonly mean: Float32Array;
  readonly logVariance: Float32Array;
}

/** Equally sized images, uint8 `[count, height, width, channels]`. */
export interface ImageArray {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  readonly pixels: Uint8Array;
}

const CHUNK = 256;

export class LatentModel {
  readonly vae: Vae;
  readonly #halves: { readonly encoder: Session; readonly decoder: Session };
  readonly #feeds: { readonly encoder: Record<string, Value>; readonly decoder: Record<string, Value> };

  private constructor(vae: Vae, halves: { encoder: Session; decoder: Session }, state: State) {
    this.vae = vae;
    this.#halves = halves;
    this.#feeds = {
      encoder: state.feeds(encoderProgram(vae).program),
      decoder: state.feeds(decoderProgram(vae).program),
    };
  }

  static async create(runtime: Runtime, vae: Vae, state: State): Promise<LatentModel> {
    const halves = {
      encoder: await runtime.compile(encoderProgram(vae).program),
      decoder: await runtime.compile(decoderProgram(vae).program),
    };
    return new LatentModel(vae, halves, state);
  }

  /** The same compiled model with other weights. */
  with(state: State): LatentModel {
    return new LatentModel(this.vae, this.#halves, state);
  }

  /** Posterior of each image; pixels are uint8 `[count, height, width, channel]`. */
  async encode(images: ImageArray): Promise<Posteriors> {
    const { height, width, channels } = this.vae.image;
    const size = height * width * channels;
    const latent = this.vae.latentDim;
    const mean = new Float32Array(images.count * latent);
    const logVariance = new Float32Array(images.count * latent);
    for (let start = 0; start < images.count; start += CHUNK) {
      const count = Math.min(CHUNK, images.count - start);
      const data = Float32Array.from(
        images.pixels.subarray(start * size, (start + count) * size),
        (x) => x / 255,
      );
      const result = await this.#halves.encoder.run({
        ...this.#feeds.encoder,
        image: { dtype: "float32", shape: [count, height, width, channels], data },
      });
      mean.set(result.mean!.data as Float32Array, start * latent);
      logVariance.set(result.logVariance!.data as Float32Array, start * latent);
    }
    return { count: images.count, mean, logVariance };
  }

  /** Mean image of each latent; `latents` is `[count, latent]`. */
  async decode(latents: Float32Array): Promise<ImageArray> {
    const { height, width, channels } = this.vae.image;
    const size = height * width * channels;
    const latent = this.vae.latentDim;
    const total = latents.length / latent;
    const pixels = new Uint8Array(total * size);
    for (let start = 0; start < total; start += CHUNK) {
      const count = Math.min(CHUNK, total - start);
      const data = latents.slice(start * latent, (start + count) * latent);
      const { image } = await this.#halves.decoder.run({
        ...this.#feeds.decoder,
        latent: { dtype: "float32", shape: [count, latent], data },
      });
      const values = image!.data as Float32Array;
      for (let i = 0; i < values.length; i++) pixels[start * size + i] = Math.round(255 * values[i]!);
    }
    return { count: total, height, width, channels: channels as 1 | 3, pixels };
  }

  /** Encodes, takes the posterior means (no noise), decodes. */
  async reconstruct(images: ImageArray): Promise<ImageArray> {
    return this.decode((await this.encode(images)).mean);
  }

  /**
   * Decodes draws from the prior N(0, temperature²·I).
   *
   * @param seed the same seed gives the same draws, whatever the model
   */
  async sample(count: number, seed: number, temperature = 1): Promise<ImageArray> {
    return this.decode(priorDraws(count, this.vae.latentDim, seed, temperature));
  }

  async release(): Promise<void> {
    await this.#halves.encoder.release();
    await this.#halves.decoder.release();
  }
}

/** Draws from N(0, temperature²·I): `[count, latentDim]`. */
export function priorDraws(count: number, latentDim: number, seed: number, temperature = 1): Float32Array {
  const latents = new Float32Array(count * latentDim);
  fillNormal(latents, { seed, stream: "prior" });
  return temperature === 1 ? latents : latents.map((z) => z * temperature);
}

/** Copies images out of a split, by index. */
export function takeImages(images: Images, indices: ArrayLike<number>): ImageArray {
  const { height, width, channels } = images;
  const pixels = new Uint8Array(indices.length * height * width * channels);
  images.read(indices, pixels);
  return { count: indices.length, height, width, channels, pixels };
}
