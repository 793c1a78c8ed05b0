/** The distributions of a VAE, each in one place: the diagonal Gaussian posterior and the likelihoods' densities. */

import {
  add,
  constant,
  crossEntropyWithLogits,
  exp,
  multiply,
  square,
  subtract,
  sum,
  type Tensor,
} from "../graph/index.ts";

/** A Gaussian with diagonal covariance: mean and ln σ², both `[batch, latent]`. */
export interface DiagonalNormal {
  readonly mean: Tensor;
  readonly logVariance: Tensor;
}

/** z = μ + σ·ε (Kingma & Welling 2014, §2.4). The one place where latents are drawn. */
export function reparameterize({ mean, logVariance }: DiagonalNormal, noise: Tensor): Tensor {
  return add(mean, multiply(exp(multiply(logVariance, constant(0.5))), noise));
}

/**
 * KL(q ‖ N(0, I)) of each latent, in nats: ½(μ² + σ² − ln σ² − 1) (Kingma & Welling 2014, appendix B).
 *
 * @returns `[batch, latent]`
 */
export function klToStandardNormal({ mean, logVariance }: DiagonalNormal): Tensor {
  const excess = subtract(add(square(mean), exp(logVariance)), add(logVariance, constant(1)));
  return multiply(excess, constant(0.5));
}

/**
 * −ln p(x) of a Bernoulli given by logits, summed over all but the first axis, in nats per image. A density
 * for x in {0, 1}; on grey pixels it is the field's habit (a cross-entropy), not a likelihood.
 *
 * @returns `[batch]`
 */
export function bernoulliNegativeLogLikelihood(x: Tensor, logits: Tensor): Tensor {
  return sum(crossEntropyWithLogits(x, logits), pixelAxes(x));
}

/**
 * −ln p(x) of a Gaussian with standard deviation σ, its normaliser ln(σ√2π) included, summed over all but
 * the first axis, in nats per image.
 *
 * @returns `[batch]`
 */
export function gaussianNegativeLogLikelihood(x: Tensor, mean: Tensor, sigma: number): Tensor {
  const normaliser = Math.log(sigma) + 0.5 * Math.log(2 * Math.PI);
  const squares = multiply(square(subtract(x, mean)), constant(1 / (2 * sigma * sigma)));
  return sum(add(squares, constant(normaliser)), pixelAxes(x));
}

function pixelAxes(x: Tensor): number[] {
  return x.shape.map((_, axis) => axis).slice(1);
}
