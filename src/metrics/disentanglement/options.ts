/** Options that several metrics have, with one default each. */

import { z } from "zod";

/** How all metrics are measured: rows as in disentanglement_lib. The job `metrics` has the same. */
export const protocol = z.object({
  representation: z.enum(["mean", "sample"]).default("mean").describe("posterior means or draws"),
  train: z.int().min(2).max(10_000_000).default(10_000).describe("samples to learn from"),
  test: z.int().min(1).max(10_000_000).default(5000).describe("samples to judge by"),
  replicates: z
    .int()
    .min(2)
    .max(100_000)
    .default(200)
    .describe("of each bootstrap; 10 at most where models are refitted"),
  incomplete: z
    .boolean()
    .default(false)
    .describe(
      "measure also by fixing one factor where the factors are not a complete grid, as if images were independent draws",
    ),
  continuous: z.array(z.string()).default([]).meta({
    description:
      "a factor that is a quantity; repeat it for more (default: those with fewer than 5 images a value)",
    placeholder: "factor",
    repeated: true,
  }),
  factorBins: z.int().min(2).max(1000).default(20).describe("equal-width bins of a quantity as classes"),
});

export const binsOption = z.int().min(2).max(1000).default(20).describe("equal-width bins of each code");

export const penaltyOption = z
  .number()
  .positive()
  .default(1)
  .describe("inverse strength of the L2 penalty, as scikit-learn's C");

/** Of gradient-boosted trees. */
export const boostingOptions = {
  trees: z.int().min(1).max(10_000).default(100).describe("boosting rounds, or trees of a forest"),
  depth: z.int().min(1).max(16).default(3).describe("of each boosted tree"),
  learningRate: z.number().gt(0).max(1).default(0.1).describe("by which each tree's step is shrunk"),
  bins: z.int().min(2).max(65_536).default(1024).describe("of each code, that boosting seeks splits between"),
};

export const forestOptions = {
  forestDepth: z
    .int()
    .min(1)
    .max(64)
    .default(64)
    .describe("of each tree of a random forest at most; in effect none"),
};

/** Of metrics whose learner is fitted again for each replicate: few replicates, each on a part of the samples. */
export const refitOptions = {
  refits: z.int().min(2).default(10).describe("replicates of the interval at most"),
  refitShare: z.number().gt(0).max(1).default(0.25).describe("of the training samples in a refit"),
};

export const pairsOption = z
  .int()
  .min(2)
  .max(10_000)
  .default(64)
  .describe("images in the batch of one vote or point");
