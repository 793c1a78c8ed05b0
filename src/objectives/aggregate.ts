/**
 * The aggregate posterior q(z) = 1/N Σ_n q(z|x_n), estimated from a batch, and the decomposition of the KL that
 * needs it: KL = MI + TC + dimension-wise KL (Chen et al. 2018). For the exact one over a whole data set
 * see the metrics room.
 */

import {
  add,
  constant,
  logSumExp,
  mean,
  reshape,
  staticShape,
  subtract,
  sum,
  type Tensor,
} from "../graph/index.ts";
import { type DiagonalNormal, normalLogDensity, standardNormalLogDensity } from "../nn/index.ts";

/** How much each image of a batch stands for: `[batch, batch]`, row i for z drawn from image i; ln of it. */
export type Weighting = (batch: number, dataSize: number) => Float32Array;

/**
 * Minibatch stratified sampling (Chen et al. 2018, appendix C.2): z was drawn from its own image, which is one of N
 * and has weight 1/N, on the diagonal; one other has (N − M)/(N·M) and the rest 1/M, M = B − 1. Rows sum to 1. (The
 * authors' code, and all that copied it, puts the 1/N into column 0.)
 */
export const stratified: Weighting = (batch, dataSize) => {
  const others = batch - 1;
  const weights = new Float32Array(batch * batch).fill(-Math.log(others));
  const remaining = Math.log((dataSize - others) / (dataSize * others));
  for (let i = 0; i < batch; i++) {
    weights[i * batch + i] = -Math.log(dataSize);
    weights[i * batch + ((i + 1) % batch)] = remaining;
  }
  return weights;
};

/** Minibatch weighted sampling (Chen et al. 2018): 1/(N·B) each, far below 1 in sum. */
export const weighted: Weighting = (batch, dataSize) =>
  new Float32Array(batch * batch).fill(-Math.log(dataSize * batch));

/** All means over the batch, in nats; the three parts sum to the KL of the drawn z, ln q(z|x) − ln p(z). */
export interface Decomposition {
  readonly mutualInformation: Tensor;
  readonly totalCorrelation: Tensor;
  readonly dimensionwiseKl: Tensor;
}

/** ln q(z_d | x_j) of each draw under each image's posterior: `[batch, batch, latent]`. */
export function pairwiseLogDensity(z: Tensor, { mean, logVariance }: DiagonalNormal): Tensor {
  const [batch, latent] = staticShape("aggregate", z.shape) as [number, number];
  const row = (x: Tensor) => reshape(x, [1, batch, latent]);
  return normalLogDensity(reshape(z, [batch, 1, latent]), { mean: row(mean), logVariance: row(logVariance) });
}

/**
 * Decomposes the KL of a batch.
 *
 * @param z one draw from each posterior, `[batch, latent]`
 * @param pairwise `pairwiseLogDensity` of them
 */
export function decompose(
  z: Tensor,
  posterior: DiagonalNormal,
  pairwise: Tensor,
  dataSize: number,
  weighting: Weighting,
): Decomposition {
  const [batch] = staticShape("aggregate", z.shape) as [number];
  const weights = weighting(batch, dataSize);
  const logJoint = logSumExp(add(sum(pairwise, [2]), constant(weights, [batch, batch])), 1);
  const logMarginals = sum(logSumExp(add(pairwise, constant(weights, [batch, batch, 1])), 1), [1]);
  const logPosterior = sum(normalLogDensity(z, posterior), [1]);
  const logPrior = sum(standardNormalLogDensity(z), [1]);
  return {
    mutualInformation: mean(subtract(logPosterior, logJoint)),
    totalCorrelation: mean(subtract(logJoint, logMarginals)),
    dimensionwiseKl: mean(subtract(logMarginals, logPrior)),
  };
}
