/**
 * The variational autoencoder: joins an architecture, a likelihood and the one `reparameterize`. Takes pixels
 * as they are stored (uint8, `[batch, height, width, channel]`) and gives every term per image, in nats.
 */

import { cast, constant, multiply, reshape, type Tensor, transpose } from "../graph/index.ts";
import { type Context, type DiagonalNormal, klToStandardNormal, reparameterize } from "../nn/index.ts";
import type { ImageShape, Network } from "./architecture.ts";
import type { Decoding } from "./likelihoods/likelihood.ts";

/** One pass through the model. */
export interface Inference {
  readonly posterior: DiagonalNormal;
  /** The latents that were drawn: `[batch, latent]`. */
  readonly z: Tensor;
  /** −ln p(x|z): `[batch]`, in nats. */
  readonly reconstruction: Tensor;
  /** KL(q(z|x) ‖ p(z)): `[batch, latent]`, in nats. */
  readonly klPerDimension: Tensor;
}

export class Vae {
  readonly image: ImageShape;
  readonly latentDim: number;
  readonly decoding: Decoding;
  readonly #network: Network;

  constructor(image: ImageShape, latentDim: number, network: Network, decoding: Decoding) {
    this.image = image;
    this.latentDim = latentDim;
    this.#network = network;
    this.decoding = decoding;
  }

  /** Stored pixels, uint8 `[batch, height, width, channel]`, as numbers in [0, 1]. */
  scale(pixels: Tensor): Tensor {
    return multiply(cast(pixels, "float32"), constant(1 / 255));
  }

  /** Images in [0, 1], `[batch, height, width, channel]` → posterior. */
  encode(context: Context, images: Tensor): DiagonalNormal {
    return this.#network.encode(context, this.#toChannelsFirst(images));
  }

  /** Latents `[batch, latent]` → mean image in [0, 1], `[batch, height, width, channel]`. */
  decode(context: Context, z: Tensor): Tensor {
    return this.#toChannelsLast(this.decoding.mean(this.#network.decode(context, z)));
  }

  /**
   * Encodes, draws, decodes and weighs.
   *
   * @param images in [0, 1], `[batch, height, width, channel]`
   * @param noise standard normal, `[batch, latent]`
   */
  infer(context: Context, images: Tensor, noise: Tensor): Inference {
    const x = this.#toChannelsFirst(images);
    const posterior = this.#network.encode(context, x);
    const z = reparameterize(posterior, noise);
    return {
      posterior,
      z,
      reconstruction: this.#weigh(context, x, z),
      klPerDimension: klToStandardNormal(posterior),
    };
  }

  /**
   * −ln p(x|z) under latents that are given: `[batch]`, in nats. The encoder is not asked.
   *
   * @param images in [0, 1], `[batch, height, width, channel]`
   * @param z `[batch, latent]`
   */
  weigh(context: Context, images: Tensor, z: Tensor): Tensor {
    return this.#weigh(context, this.#toChannelsFirst(images), z);
  }

  #weigh(context: Context, x: Tensor, z: Tensor): Tensor {
    return this.decoding.negativeLogLikelihood(x, this.#network.decode(context, z));
  }

  // With one channel the two layouts hold the same bytes: a reshape, which moves nothing.
  #toChannelsFirst(images: Tensor): Tensor {
    const { height, width, channels } = this.image;
    if (channels === 1) return reshape(images, [images.shape[0]!, 1, height, width]);
    return transpose(images, [0, 3, 1, 2]);
  }

  #toChannelsLast(images: Tensor): Tensor {
    const { height, width, channels } = this.image;
    if (channels === 1) return reshape(images, [images.shape[0]!, height, width, 1]);
    return transpose(images, [0, 2, 3, 1]);
  }
}
