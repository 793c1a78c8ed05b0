/** Each pixel a coin: logits from the decoder. */

import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { sigmoid } from "../../graph/index.ts";
import { bernoulliNegativeLogLikelihood } from "../../nn/index.ts";
import { likelihood } from "./likelihood.ts";

export const bernoulli = likelihood({
  kind: "bernoulli",
  summary: "every pixel 0 or 1, from logits; a cross-entropy (not a likelihood) on grey pixels",
  options: z.strictObject({}),
  create(_, output) {
    if (output !== "real") {
      throw new BetalabError(
        "config",
        "model.likelihood bernoulli needs logits, but this architecture's last layer squashes to [0, 1]",
        "use model.likelihood gaussian",
      );
    }
    return {
      negativeLogLikelihood: bernoulliNegativeLogLikelihood,
      mean: sigmoid,
      caveat: ({ binary }) =>
        binary
          ? undefined
          : "Bernoulli on grey pixels is the field's habit, but no likelihood there: read its nats as a cross-entropy",
    };
  },
});
