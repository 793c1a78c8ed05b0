/**
 * The KL warmed up: β follows a schedule and ends at 1, where the loss is −ELBO (Bowman et al. 2016, §3.1). A
 * schedule says which warm-up: linear, sigmoid (both Bowman), staircase (epoch/epochs), cosine, cyclical (Fu et al. 2019).
 */

import { z } from "zod";
import { scheduleOf } from "../nn/index.ts";
import { beta } from "./beta.ts";
import { objective } from "./objective.ts";

export const annealed = objective({
  name: "annealed",
  summary:
    "reconstruction + β·KL with β on a schedule, 0 → 1 over the run unless said otherwise (Bowman 2016)",
  options: z.strictObject({
    beta: scheduleOf(z.number().nonnegative())
      .default({ schedule: "linear", start: 0, end: 1, from: 0, unit: "epoch" })
      .describe("weight of the KL: linear, staircase, cosine, sigmoid, cyclical, …"),
  }),
  create: beta.create,
});
