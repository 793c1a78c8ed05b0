/** The distributions of a VAE, each in one place: the diagonal Gaussian posterior and the likelihoods' densities. */

import {
  abs,
  add,
  constant,
  crossEntropyWithLogits,
  divide,
  elementCount,
  exp,
  less,
  log,
  multiply,
  negate,
  softplus,
  square,
  staticShape,
  subtract,
  sum,
  type Tensor,
  tanh,
  where,
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

/** ln N(z; μ, σ²) of each element, in nats; the operands broadcast. */
export function normalLogDensity(z: Tensor, { mean, logVariance }: DiagonalNormal): Tensor {
  const standardized = multiply(square(subtract(z, mean)), exp(negate(logVariance)));
  return multiply(add(add(standardized, logVariance), constant(Math.log(2 * Math.PI))), constant(-0.5));
}

/** ln N(z; 0, 1) of each element, in nats. */
export function standardNormalLogDensity(z: Tensor): Tensor {
  return multiply(add(square(z), constant(Math.log(2 * Math.PI))), constant(-0.5));
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
 * −ln p(x) of a Gaussian with one standard deviation σ, its normaliser ln(σ√2π) included, summed over all but
 * the first axis, in nats per image.
 *
 * @param logSigma ln σ, a scalar
 * @returns `[batch]`
 */
export function gaussianNegativeLogLikelihood(x: Tensor, mean: Tensor, logSigma: Tensor): Tensor {
  const precision = exp(multiply(logSigma, constant(-2)));
  const squares = multiply(sum(square(subtract(x, mean)), pixelAxes(x)), multiply(precision, constant(0.5)));
  const normaliser = add(logSigma, constant(0.5 * Math.log(2 * Math.PI)));
  return add(squares, multiply(normaliser, constant(pixelCount(x))));
}

/**
 * −ln p(x) of a Laplace distribution, e^(−|x − μ|/b)/2b, summed over all but the first axis, in nats per image.
 *
 * @param logScale ln b, a scalar
 * @returns `[batch]`
 */
export function laplaceNegativeLogLikelihood(x: Tensor, location: Tensor, logScale: Tensor): Tensor {
  const distances = multiply(sum(abs(subtract(x, location)), pixelAxes(x)), exp(negate(logScale)));
  return add(distances, multiply(add(logScale, constant(Math.LN2)), constant(pixelCount(x))));
}

/**
 * ln of the continuous Bernoulli's normaliser, C(λ) = 2·artanh(1 − 2λ)/(1 − 2λ) (Loaiza-Ganem & Cunningham
 * 2019). In the logit l of λ it is l/tanh(l/2), which is 0/0 at λ = ½: there its series is used.
 */
function continuousBernoulliLogNormaliser(logits: Tensor): Tensor {
  const [far, near] = [abs(logits), square(multiply(logits, constant(0.5)))];
  const isNear = less(far, constant(SERIES_BELOW));
  // A branch that is not taken must stay finite too, or its zero gradient becomes 0·∞.
  const safe = where(isNear, constant(1), far);
  const direct = subtract(log(safe), log(tanh(multiply(safe, constant(0.5)))));
  // ln(u/tanh u) = u²/3 − 7u⁴/90 + 62u⁶/2835 − …, u = l/2.
  const terms = add(constant(-7 / 90), multiply(near, constant(62 / 2835)));
  const series = multiply(near, add(constant(1 / 3), multiply(near, terms)));
  return where(isNear, add(series, constant(Math.LN2)), direct);
}

const SERIES_BELOW = 0.5;

/**
 * −ln p(x) of a continuous Bernoulli, a density on [0, 1] (Loaiza-Ganem & Cunningham 2019), summed over all but
 * the first axis, in nats per image.
 *
 * @returns `[batch]`
 */
export function continuousBernoulliNegativeLogLikelihood(x: Tensor, logits: Tensor): Tensor {
  const crossEntropy = crossEntropyWithLogits(x, logits);
  return sum(subtract(crossEntropy, continuousBernoulliLogNormaliser(logits)), pixelAxes(x));
}

/** Mean of the continuous Bernoulli: 1/(1 − e⁻ˡ) − 1/l in the logit l; its series near l = 0. */
export function continuousBernoulliMean(logits: Tensor): Tensor {
  const isNear = less(abs(logits), constant(SERIES_BELOW));
  const safe = where(isNear, constant(1), logits);
  // 1/(1 − e⁻ˡ) = ½ + ½·coth(l/2), which does not overflow.
  const half = constant(0.5);
  const direct = subtract(add(half, divide(half, tanh(multiply(safe, half)))), divide(constant(1), safe));
  const squared = square(logits);
  const terms = add(constant(-1 / 720), multiply(squared, constant(1 / 30240)));
  const series = add(half, multiply(logits, add(constant(1 / 12), multiply(squared, terms))));
  return where(isNear, series, direct);
}

/** Grey levels of a stored pixel. */
const LEVELS = 256;

/**
 * −ln P(x) of the discretised logistic: the mass that a logistic distribution puts on x's one of 256 grey
 * levels, the outermost ones taking the tails (Kingma et al. 2016; Salimans et al. 2017, §2.1). Summed over all
 * but the first axis, in nats per image.
 *
 * @param x whole multiples of 1/255
 * @param logScale ln s, a scalar
 * @returns `[batch]`
 */
export function discretizedLogisticNegativeLogLikelihood(
  x: Tensor,
  location: Tensor,
  logScale: Tensor,
): Tensor {
  const rate = exp(negate(logScale));
  const half = 0.5 / (LEVELS - 1);
  const centred = subtract(x, location);
  const upper = multiply(add(centred, constant(half)), rate);
  const lower = multiply(subtract(centred, constant(half)), rate);
  // σ(a) − σ(b) = σ(a)·σ(−b)·(1 − e^(b−a)), and a − b is the same for every pixel: nothing cancels. The
  // lowest level is σ(a) alone, the highest σ(−b). 1 − e^(−2v) = 2t/(1 + t) with t = tanh v.
  const t = tanh(multiply(rate, constant(half)));
  const width = log(divide(multiply(t, constant(2)), add(t, constant(1))));
  const zero = constant(0);
  const isLowest = less(x, constant(half));
  const isHighest = less(constant(1 - half), x);
  const above = where(isHighest, zero, softplus(negate(upper)));
  const below = where(isLowest, zero, softplus(lower));
  const inner = where(isLowest, zero, where(isHighest, zero, width));
  return sum(subtract(add(above, below), inner), pixelAxes(x));
}

function pixelAxes(x: Tensor): number[] {
  return x.shape.map((_, axis) => axis).slice(1);
}

/** Pixels times channels of one image. */
function pixelCount(x: Tensor): number {
  return elementCount(staticShape("likelihood", x.shape.slice(1)));
}
