/**
 * β-TCVAE (Chen et al. 2018): the KL taken apart into mutual information, total correlation and dimension-wise KL,
 * each with a weight of its own. Whatever estimator the loss uses, the logged numbers are stratified ones: minibatch
 * weighted sampling has the gradient of a plain batch average and values that are off by a constant of many nats.
 */

import { z } from "zod";
import { add, multiply } from "../graph/index.ts";
import { scheduleOf } from "../nn/index.ts";
import { decompose, pairwiseLogDensity, stratified, weighted } from "./aggregate.ts";
import { objective } from "./objective.ts";

export const tc = objective({
  name: "tc",
  summary: "reconstruction + α·MI + β·TC + γ·dimension-wise KL (β-TCVAE, Chen 2018)",
  options: z.strictObject({
    alpha: scheduleOf(z.number().nonnegative()).default(1).describe("weight of the mutual information"),
    beta: scheduleOf(z.number().nonnegative()).default(6).describe("weight of the total correlation"),
    gamma: scheduleOf(z.number().nonnegative()).default(1).describe("weight of the dimension-wise KL"),
    estimator: z
      .enum(["mss", "mws"])
      .default("mss")
      .describe("of q(z): minibatch stratified sampling, or minibatch weighted sampling"),
  }),
  create: ({ alpha, beta, gamma, estimator }) => ({
    standardPriorOnly: "takes the KL apart by latents that are independent under the prior",
    scalars: { alpha, beta, gamma },
    leastBatch: 2,
    loss({ inference: { z, posterior }, reconstruction, dataSize, scalar }) {
      const pairwise = pairwiseLogDensity(z, posterior);
      const logged = decompose(z, posterior, pairwise, dataSize, stratified);
      const used = estimator === "mss" ? logged : decompose(z, posterior, pairwise, dataSize, weighted);
      const weighed = [
        multiply(scalar("alpha"), used.mutualInformation),
        multiply(scalar("beta"), used.totalCorrelation),
        multiply(scalar("gamma"), used.dimensionwiseKl),
      ];
      return { loss: weighed.reduce(add, reconstruction), terms: { ...logged } };
    },
  }),
});
