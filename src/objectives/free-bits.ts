/** Free bits (Kingma et al. 2016, with groups of one): below λ nats a latent's KL costs no more. */

import { z } from "zod";
import { add, maximum, sum } from "../graph/index.ts";
import { scheduleOf } from "../nn/index.ts";
import { objective } from "./objective.ts";

export const freeBits = objective({
  name: "freeBits",
  summary: "reconstruction + Σ_d max(λ, KL_d) (Kingma 2016)",
  options: z.strictObject({
    lambda: scheduleOf(z.number().nonnegative())
      .default(0.5)
      .describe("nats that each latent has for free, on average over the batch"),
  }),
  create: ({ lambda }) => ({
    standardPriorOnly: "weighs the KL of each latent by itself",
    scalars: { lambda },
    loss: ({ reconstruction, klPerDimension, scalar }) => ({
      loss: add(reconstruction, sum(maximum(klPerDimension, scalar("lambda")))),
    }),
  }),
});
