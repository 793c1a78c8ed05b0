/** Each pixel a coin: logits from the decoder. */

import { z } from "zod";
import { sigmoid } from "../../graph/index.ts";
import { bernoulliNegativeLogLikelihood } from "../../nn/index.ts";
import { likelihood, needLogits } from "./likelihood.ts";

export const bernoulli = likelihood({
  name: "bernoulli",
  summary: "every pixel 0 or 1, from logits; a cross-entropy (not a likelihood) on grey pixels",
  options: z.strictObject({}),
  create(_, output) {
    needLogits("bernoulli", output);
    return {
      negativeLogLikelihood: bernoulliNegativeLogLikelihood,
      mean: sigmoid,
      measure: "mass",
      caveat: ({ binary }) =>
        binary
          ? undefined
          : "Bernoulli on grey pixels is the field's habit, but not a likelihood there: read its nats as a cross-entropy",
    };
  },
});
