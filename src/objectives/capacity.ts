/** β-VAE with controlled capacity (Burgess et al. 2018, equation 8): the KL is pulled to a capacity C that rises. */

import { z } from "zod";
import { abs, add, multiply, subtract } from "../graph/index.ts";
import { scheduleOf } from "../nn/index.ts";
import { objective } from "./objective.ts";

export const capacity = objective({
  name: "capacity",
  summary: "reconstruction + γ·|KL − C|, C rising (Burgess 2018)",
  options: z.strictObject({
    gamma: scheduleOf(z.number().nonnegative()).default(1000).describe("weight of |KL − C|, in nats per nat"),
    capacity: scheduleOf(z.number().nonnegative())
      .default({ schedule: "linear", start: 0, end: 25, from: 0, to: 100_000, unit: "step" })
      .describe("C, in nats per image; the absolute value is of the batch's mean KL"),
  }),
  create: ({ gamma, capacity }) => ({
    scalars: { gamma, capacity },
    loss({ reconstruction, kl, scalar }) {
      const distance = abs(subtract(kl, scalar("capacity")));
      return { loss: add(reconstruction, multiply(scalar("gamma"), distance)) };
    },
  }),
});
