/** An objective: every further latent costs more, so that the first ones carry most. */

import { add, constant, multiply, sum } from "betalab/graph";
import { objective } from "betalab/objectives";
import { z } from "zod";

export const ordered = objective({
  name: "ordered",
  summary: "reconstruction + Σ (1 + slope·d)·KL of latent d",
  options: z.strictObject({
    slope: z
      .number()
      .nonnegative()
      .default(0.5)
      .describe("what the weight of the KL grows by from latent to latent"),
  }),
  create: ({ slope }) => ({
    scalars: {},
    loss({ reconstruction, klPerDimension }) {
      const latentDim = Number(klPerDimension.shape[0]);
      const weights = Float32Array.from({ length: latentDim }, (_, d) => 1 + slope * d);
      const price = sum(multiply(klPerDimension, constant(weights, [latentDim])));
      return { loss: add(reconstruction, price), terms: { price } };
    },
  }),
});
