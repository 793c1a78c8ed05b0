/** Each pixel a Gaussian around the decoder's output, with one fixed standard deviation. */

import { z } from "zod";
import { sigmoid } from "../../graph/index.ts";
import { gaussianNegativeLogLikelihood } from "../../nn/index.ts";
import { likelihood } from "./likelihood.ts";

export const gaussian = likelihood({
  kind: "gaussian",
  summary: "every pixel normal around the decoded one, with fixed σ, normaliser included",
  options: z.strictObject({
    sigma: z.number().positive().default(0.1).describe("standard deviation, on pixels in [0, 1]"),
  }),
  create({ sigma }, output) {
    const mean = output === "real" ? sigmoid : (pixels: Parameters<typeof sigmoid>[0]) => pixels;
    return {
      negativeLogLikelihood: (x, decoded) => gaussianNegativeLogLikelihood(x, mean(decoded), sigma),
      mean,
      caveat: () => undefined,
    };
  },
});
