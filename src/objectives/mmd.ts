/**
 * InfoVAE (Zhao et al. 2019) and WAE-MMD (Tolstikhin et al. 2018): q(z) as a whole is drawn to the prior
 * by the maximum mean discrepancy between the batch's latents and as many draws from N(0, I).
 */

import { z } from "zod";
import {
  add,
  constant,
  divide,
  exp,
  multiply,
  reshape,
  square,
  staticShape,
  subtract,
  sum,
  type Tensor,
} from "../graph/index.ts";
import { scheduleOf } from "../nn/index.ts";
import { objective } from "./objective.ts";

export const mmd = objective({
  name: "mmd",
  summary: "reconstruction + (1 − α)·KL + (α + λ − 1)·MMD (InfoVAE), or reconstruction + λ·MMD (WAE)",
  options: z.strictObject({
    variant: z.enum(["info", "wae"]).default("info").describe("info: InfoVAE; wae: WAE-MMD, without a KL"),
    alpha: z.number().max(1).default(0).describe("α of InfoVAE: how far the KL gives way"),
    lambda: scheduleOf(z.number().positive()).default(10).describe("λ, weight of the discrepancy"),
    kernel: z
      .enum(["imq", "rbf"])
      .default("imq")
      .describe("inverse multiquadratic, C/(C + d²), or Gaussian, exp(−d²/C)"),
    scales: z
      .array(z.number().positive())
      .min(1)
      .default([0.1, 0.2, 0.5, 1, 2, 5, 10])
      .describe("kernels of C = 2·latents·scale are summed (WAE's seven)"),
  }),
  create: ({ variant, alpha, lambda, kernel, scales }) => ({
    standardPriorOnly: "compares the latents with draws from N(0, I)",
    scalars: { lambda },
    leastBatch: 2,
    loss({ inference: { z }, reconstruction, kl, batchSize, scalar, random }) {
      const prior = random({ name: "prior", kind: "normal", shape: [batchSize, z.shape[1] as number] });
      const discrepancy = maximumMeanDiscrepancy(z, prior, kernel, scales);
      const [klWeight, excess] = variant === "wae" ? [0, 0] : [1 - alpha, alpha - 1];
      const penalty = multiply(add(scalar("lambda"), constant(excess)), discrepancy);
      const weighedKl = multiply(kl, constant(klWeight));
      return { loss: add(add(reconstruction, weighedKl), penalty), terms: { mmd: discrepancy } };
    },
  }),
});

/**
 * The unbiased estimate of MMD² between two samples of one size (Gretton et al. 2012, lemma 6), cross pairs all
 * counted: Σ_{i≠j} (k(a_i, a_j) + k(b_i, b_j))/(n(n − 1)) − 2·Σ_{i,j} k(a_i, b_j)/n².
 */
export function maximumMeanDiscrepancy(
  a: Tensor,
  b: Tensor,
  kernel: "imq" | "rbf",
  scales: readonly number[],
): Tensor {
  const [count, latent] = staticShape("maximumMeanDiscrepancy", a.shape) as [number, number];
  const total = (x: Tensor, y: Tensor) => {
    const from = reshape(x, [count, 1, latent]);
    const distances = sum(square(subtract(from, reshape(y, [1, count, latent]))), [2]);
    const kernels = scales.map((scale) => {
      const c = constant(2 * latent * scale);
      return kernel === "imq"
        ? divide(c, add(c, distances))
        : exp(divide(distances, multiply(c, constant(-1))));
    });
    return sum(kernels.reduce(add));
  };
  // On the diagonal every kernel is 1.
  const within = subtract(add(total(a, a), total(b, b)), constant(2 * count * scales.length));
  const apart = multiply(total(a, b), constant(2 / count ** 2));
  return subtract(multiply(within, constant(1 / (count * (count - 1)))), apart);
}
