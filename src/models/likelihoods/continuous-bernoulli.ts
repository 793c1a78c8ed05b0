/** Bernoulli's cross-entropy with the normaliser that makes it a density over grey values. */

import { z } from "zod";
import { continuousBernoulliMean, continuousBernoulliNegativeLogLikelihood } from "../../nn/index.ts";
import { likelihood, needLogits } from "./likelihood.ts";

export const continuousBernoulli = likelihood({
  name: "continuousBernoulli",
  summary: "a density over grey values in [0, 1], from logits (Loaiza-Ganem & Cunningham 2019)",
  options: z.strictObject({}),
  create(_, output) {
    needLogits("continuousBernoulli", output);
    return {
      negativeLogLikelihood: continuousBernoulliNegativeLogLikelihood,
      mean: continuousBernoulliMean,
      measure: "density",
      caveat: () => undefined,
      misfit: ({ binary }) =>
        binary
          ? "is a density over grey values, and grows without bound on pixels that are all 0 or 1"
          : undefined,
    };
  },
});
