/** The importance-weighted bound (Burda et al. 2016): ln of the mean of k weights p(x, z)/q(z|x). */

import { z } from "zod";
import { add, constant, logSumExp, mean, negate, reshape, subtract, sum } from "../graph/index.ts";
import { normalLogDensity } from "../nn/index.ts";
import { objective } from "./objective.ts";

export const iwae = objective({
  name: "iwae",
  summary: "−ln (1/k)·Σ p(x, z)/q(z|x) over k latents of each image (IWAE, Burda 2016)",
  options: z.strictObject({
    samples: z.int().min(1).max(1000).default(5).describe("k, latents drawn for each image"),
  }),
  create: ({ samples }) => ({
    perImage: true,
    scalars: {},
    beta: 1,
    samples,
    loss({ inference, batchSize }) {
      const latent = inference.z.shape[1] as number;
      const draws = reshape(inference.z, [samples, batchSize, latent]);
      const divergence = subtract(
        sum(normalLogDensity(draws, inference.posterior), [2]),
        reshape(inference.logPrior, [samples, batchSize]),
      );
      const reconstruction = reshape(inference.reconstruction, [samples, batchSize]);
      const logWeights = negate(add(reconstruction, divergence));
      const bound = subtract(logSumExp(logWeights, 0), constant(Math.log(samples)));
      return { loss: negate(mean(bound)) };
    },
  }),
});
