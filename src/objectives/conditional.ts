/**
 * The conditional VAE: encoder and decoder are given the class of each image (Kingma et al. 2014, M2 with every label
 * known; Sohn et al. 2015). The bound is that of ln p(x|y); the loss is β-VAE's.
 */

import { z } from "zod";
import { scheduleOf } from "../nn/index.ts";
import { beta } from "./beta.ts";
import { objective } from "./objective.ts";

export const conditional = objective({
  name: "conditional",
  summary: "reconstruction + β·KL with the label given to encoder and decoder (Kingma 2014, M2)",
  options: z.strictObject({
    beta: scheduleOf(z.number().nonnegative()).default(1).describe("weight of the KL"),
  }),
  create: (options) => ({ ...beta.create(options), conditional: true }),
});
