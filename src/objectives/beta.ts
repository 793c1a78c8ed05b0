/** β-VAE (Higgins et al. 2017, equation 4): the KL weighted by β, which multiplies that and nothing else. */

import { z } from "zod";
import { add, multiply } from "../graph/index.ts";
import { scheduleOf } from "../nn/index.ts";
import { objective } from "./objective.ts";

export const beta = objective({
  name: "beta",
  summary: "reconstruction + β·KL (Higgins 2017)",
  options: z.strictObject({
    beta: scheduleOf(z.number().nonnegative()).default(4).describe("weight of the KL, in nats per nat"),
  }),
  create: ({ beta }) => ({
    perImage: true,
    scalars: { beta },
    beta,
    loss: ({ reconstruction, kl, scalar }) => ({ loss: add(reconstruction, multiply(scalar("beta"), kl)) }),
  }),
});
