/** Options that several metrics have, with one default each. */

import { z } from "zod";

/** How all metrics are measured: rows as in disentanglement_lib. The job `metrics` has the same. */
export const protocol = z.object({
  representation: z.enum(["mean", "sample"]).default("mean").describe("posterior means or draws"),
  train: z.int().min(2).default(10_000).describe("samples to learn from"),
  test: z.int().min(1).default(5000).describe("samples to judge by"),
  replicates: z.int().min(2).default(200).describe("of each bootstrap; 10 at most where models are refitted"),
  incomplete: z
    .boolean()
    .default(false)
    .describe("take factors that are no complete grid as independent draws"),
});

export const binsOption = z.int().min(2).max(1000).default(20).describe("equal-width bins of each code");

export const penaltyOption = z
  .number()
  .positive()
  .default(1)
  .describe("inverse strength of the L2 penalty, as scikit-learn's C");

export const pairsOption = z
  .int()
  .min(2)
  .max(10_000)
  .default(64)
  .describe("images in the batch of one vote or point");
