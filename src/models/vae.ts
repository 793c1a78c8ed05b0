/**
 * The variational autoencoder: joins an architecture, a likelihood and the one `reparameterize`. Takes pixels
 * as they are stored (uint8, `[batch, height, width, channel]`) and gives every term per image, in nats.
 *
 * With classes it is conditional, p(x|z, y) and q(z|x, y) (Kingma et al. 2014, M2 with every label known; Sohn et al.
 * 2015): whatever the architecture, the encoder sees the label as one more channel, a learned picture per
 * class, and the decoder sees it beside z.
 */

import { BetalabError } from "../base/errors.ts";
import {
  broadcastTo,
  cast,
  concatenate,
  constant,
  flatten,
  input,
  multiply,
  reshape,
  slice,
  staticShape,
  sum,
  type Tensor,
  transpose,
} from "../graph/index.ts";
import {
  type Context,
  type DiagonalNormal,
  klToStandardNormal,
  linear,
  reparameterize,
  standardNormalLogDensity,
} from "../nn/index.ts";
import type { ImageShape, Network } from "./architecture.ts";
import type { Decoding } from "./likelihoods/likelihood.ts";
import { type BuiltPrior, type Mixture, mixtureKl, mixtureLogDensity } from "./priors/prior.ts";

/** One pass through the model. */
export interface Inference {
  /** Of each image: `[batch, latent]`. */
  readonly posterior: DiagonalNormal;
  /** The latents that were drawn: `[samples·batch, latent]`, all images' first draws, then all second ones, …. */
  readonly z: Tensor;
  /** −ln p(x|z) of each draw: `[samples·batch]`, in nats. */
  readonly reconstruction: Tensor;
  /**
   * KL(q(z|x) ‖ p(z)): `[batch, latent]`, in nats. Under a prior that is a mixture it is that of each image's first
   * draw, ln q(z|x) − ln p(z), shared out among the latents.
   */
  readonly klPerDimension: Tensor;
  /** ln p(z) of each draw: `[samples·batch]`, in nats. */
  readonly logPrior: Tensor;
}

export class Vae {
  readonly image: ImageShape;
  readonly latentDim: number;
  readonly decoding: Decoding;
  /** Names of the classes that a conditional model is given; absent: it sees no labels. */
  readonly classes: readonly string[] | undefined;
  readonly #prior: BuiltPrior;
  readonly #network: Network;

  constructor(
    image: ImageShape,
    latentDim: number,
    network: Network,
    decoding: Decoding,
    classes?: readonly string[],
    prior: BuiltPrior = {},
  ) {
    this.image = image;
    this.latentDim = latentDim;
    this.#network = network;
    this.decoding = decoding;
    this.classes = classes;
    this.#prior = prior;
  }

  /** What the net derived from the pictures' size, by name. */
  get derived(): Readonly<Record<string, number>> {
    return this.#network.derived ?? {};
  }

  /** Stored pixels, uint8 `[batch, height, width, channel]`, as numbers in [0, 1]. */
  scale(pixels: Tensor): Tensor {
    // As rows: ONNX Runtime multiplies a tensor whose last axis is 1 (one channel) one element at a time.
    return reshape(multiply(cast(flatten(pixels), "float32"), constant(1 / 255)), pixels.shape);
  }

  /** The input `label` of a conditional model's programs, one-hot `[rows, classes]`; nothing for any other model. */
  labelInput(rows: number | string): Tensor | undefined {
    return this.classes && input("label", [rows, this.classes.length]);
  }

  /**
   * Images in [0, 1], `[batch, height, width, channel]` → posterior.
   *
   * @param label one-hot `[batch, classes]`; needed by a conditional model, and by no other
   */
  encode(context: Context, images: Tensor, label?: Tensor): DiagonalNormal {
    return this.#encode(context, this.#toChannelsFirst(images), label);
  }

  /** Latents `[batch, latent]` → mean image in [0, 1], `[batch, height, width, channel]`. */
  decode(context: Context, z: Tensor, label?: Tensor): Tensor {
    return this.#toChannelsLast(this.decoding.mean(this.#decode(context, z, label)));
  }

  /**
   * Encodes, draws, decodes and weighs.
   *
   * @param images in [0, 1], `[batch, height, width, channel]`
   * @param noise standard normal, `[samples·batch, latent]`
   * @param label one-hot `[batch, classes]`, for a conditional model
   */
  infer(context: Context, images: Tensor, noise: Tensor, label?: Tensor): Inference {
    const x = this.#toChannelsFirst(images);
    const posterior = this.#encode(context, x, label);
    const samples = samplesOf(noise, x);
    const { mean, logVariance } = posterior;
    const spread = { mean: repeat(mean, samples), logVariance: repeat(logVariance, samples) };
    const z = reparameterize(spread, noise);
    const mixture = this.#mixture(context, x);
    const first = samples === 1 ? z : slice(z, 0, 0, x.shape[0] as number);
    return {
      posterior,
      z,
      logPrior: logDensity(z, mixture),
      reconstruction: this.#weigh(context, repeat(x, samples), z, label && repeat(label, samples)),
      klPerDimension: mixture ? mixtureKl(first, posterior, mixture) : klToStandardNormal(posterior),
    };
  }

  /**
   * −ln p(x|z) under latents that are given: `[batch]`, in nats. The encoder is not asked.
   *
   * @param images in [0, 1], `[batch, height, width, channel]`
   * @param z `[batch, latent]`
   */
  weigh(context: Context, images: Tensor, z: Tensor, label?: Tensor): Tensor {
    return this.#weigh(context, this.#toChannelsFirst(images), z, label);
  }

  /** Whether the prior is N(0, I), of which the KL has a closed form. */
  get hasStandardPrior(): boolean {
    return this.#prior.mixture === undefined;
  }

  /** The prior's components; undefined for N(0, I). */
  mixture(context: Context): Mixture | undefined {
    return this.#mixture(context);
  }

  /** ln p(z) of each row of `[rows, latent]`, in nats. */
  logPrior(context: Context, z: Tensor): Tensor {
    return logDensity(z, this.#mixture(context));
  }

  #mixture(context: Context, images?: Tensor): Mixture | undefined {
    const { image, latentDim } = this;
    const encode = (x: Tensor) => this.#encode(asTrained(context), x, undefined);
    const known = context.mode === "train" ? images : undefined;
    return this.#prior.mixture?.({ context, image, latentDim, images: known, encode });
  }

  #weigh(context: Context, x: Tensor, z: Tensor, label: Tensor | undefined): Tensor {
    return this.decoding.negativeLogLikelihood(x, this.#decode(context, z, label), context);
  }

  #encode(context: Context, x: Tensor, label: Tensor | undefined): DiagonalNormal {
    const given = this.#given(label);
    return context.within("encoder", () => {
      if (given === undefined) return this.#network.encode(context, x);
      const { height, width } = this.image;
      const picture = linear(context, "encoder.label", given, height * width);
      const plane = reshape(picture, [x.shape[0]!, 1, height, width]);
      return this.#network.encode(context, concatenate([x, plane], 1));
    });
  }

  #decode(context: Context, z: Tensor, label: Tensor | undefined): Tensor {
    const given = this.#given(label);
    const input = given === undefined ? z : concatenate([z, given], 1);
    return context.within("decoder", () => this.#network.decode(context, input));
  }

  /** The label when there is to be one; throws when there is one too many or too few. */
  #given(label: Tensor | undefined): Tensor | undefined {
    if ((label === undefined) === (this.classes === undefined)) return label;
    throw new BetalabError(
      "usage",
      this.classes === undefined
        ? "this model takes no labels: it is not conditional"
        : `this model is conditional: it needs the class of every image, one of ${this.classes.join(", ")}`,
    );
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

function logDensity(z: Tensor, mixture: Mixture | undefined): Tensor {
  return mixture ? mixtureLogDensity(z, mixture) : sum(standardNormalLogDensity(z), [1]);
}

/** The same parameters as after training: no batch statistics, and nothing that changes. */
function asTrained(context: Context): Context {
  return {
    mode: "infer",
    parameter: (...given) => context.parameter(...given),
    buffer: (...given) => context.buffer(...given),
    updateBuffer() {},
    within: (...given) => context.within(...given),
    scalar: (...given) => context.scalar(...given),
    startAt() {},
    note() {},
  };
}

/** How many draws there are for each image. */
function samplesOf(noise: Tensor, x: Tensor): number {
  const [rows, batch] = [noise.shape[0], x.shape[0]];
  return typeof rows === "number" && typeof batch === "number" ? rows / batch : 1;
}

/** All rows, then all rows again, …: `[batch, …]` → `[times·batch, …]`. */
function repeat(x: Tensor, times: number): Tensor {
  if (times === 1) return x;
  const [batch, ...rest] = staticShape("repeat", x.shape) as [number, ...number[]];
  const repeated = broadcastTo(reshape(x, [1, batch, ...rest]), [times, batch, ...rest]);
  return reshape(repeated, [times * batch, ...rest]);
}
