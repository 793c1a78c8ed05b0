/** Options that several metrics have, with one default each. */

import { z } from "zod";

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
