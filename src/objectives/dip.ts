/**
 * DIP-VAE I and II (Kumar et al. 2018): the covariance of q(z) is pulled to the identity. I takes that of the
 * posterior means, Cov[μ(x)]; II that of z itself, Cov[μ(x)] + E[diag σ²(x)].
 */

import { z } from "zod";
import {
  add,
  constant,
  exp,
  matmul,
  mean,
  multiply,
  square,
  staticShape,
  subtract,
  sum,
  type Tensor,
} from "../graph/index.ts";
import { scheduleOf } from "../nn/index.ts";
import { objective } from "./objective.ts";

export const dip = objective({
  name: "dip",
  summary: "−ELBO + λ_od·Σ Cov_ij² + λ_d·Σ (Cov_ii − 1)² (DIP-VAE, Kumar 2018)",
  options: z.strictObject({
    variant: z
      .enum(["i", "ii"])
      .default("ii")
      .describe("i: covariance of the posterior means; ii: of the latents"),
    offDiagonal: scheduleOf(z.number().nonnegative()).default(10).describe("λ_od, weight of the covariances"),
    diagonal: scheduleOf(z.number().nonnegative())
      .optional()
      .describe("λ_d, weight of the variances' distance from 1; default: 100 for i, 10 for ii"),
  }),
  create: ({ variant, offDiagonal, diagonal = variant === "i" ? 100 : 10 }) => ({
    standardPriorOnly: "draws the latents' covariance to that of N(0, I)",
    scalars: { offDiagonal, diagonal },
    beta: 1,
    leastBatch: 2,
    loss({ inference: { posterior }, reconstruction, kl, scalar }) {
      const ofMeans = covariance(posterior.mean);
      const whole =
        variant === "i" ? ofMeans : add(ofMeans, diagonalMatrix(mean(exp(posterior.logVariance), [0])));
      const { off, on } = dipPenalties(whole);
      const weighed = add(multiply(scalar("offDiagonal"), off), multiply(scalar("diagonal"), on));
      return { loss: add(add(reconstruction, kl), weighed), terms: { covariance: off, variance: on } };
    },
  }),
});

/** Both penalties of a `[latent, latent]` covariance: Σ_{i≠j} C_ij² and Σ_i (C_ii − 1)². */
export function dipPenalties(matrix: Tensor): { off: Tensor; on: Tensor } {
  const identity = diagonalMatrix(constant(1, [matrix.shape[0] as number]));
  const squares = square(matrix);
  return {
    off: sum(subtract(squares, multiply(squares, identity))),
    on: sum(square(multiply(subtract(matrix, identity), identity))),
  };
}

/** Covariance of the columns over the batch, divided by its size: `[batch, latent]` → `[latent, latent]`. */
function covariance(x: Tensor): Tensor {
  const [batch] = staticShape("covariance", x.shape) as [number];
  const centred = subtract(x, mean(x, [0], true));
  return multiply(matmul(centred, centred, true, false), constant(1 / batch));
}

function diagonalMatrix(x: Tensor): Tensor {
  const size = x.shape[0] as number;
  const identity = Float32Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
  return multiply(x, constant(identity, [size, size]));
}
