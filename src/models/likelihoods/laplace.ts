/** Each pixel a Laplace distribution around the decoder's output: absolute instead of squared errors. */

import { z } from "zod";
import { abs, mean, type Tensor } from "../../graph/index.ts";
import { laplaceNegativeLogLikelihood } from "../../nn/index.ts";
import { likelihood, toPixel } from "./likelihood.ts";
import { logSpread, spreadOption, spreadScalars } from "./spread.ts";

export const laplace = likelihood({
  name: "laplace",
  summary:
    "every pixel Laplace around the decoded one; scale fixed, scheduled or learned; normaliser included",
  options: z.strictObject({
    scale: spreadOption
      .default(0.1)
      .describe('b, on pixels in [0, 1] (standard deviation b·√2): a number, a schedule, or "learned"'),
  }),
  create({ scale }, output) {
    const pixel = toPixel(output);
    return {
      negativeLogLikelihood(x, decoded, context) {
        const location = pixel(decoded);
        const unit = "b of each pixel around the decoded one, pixels in [0, 1]; standard deviation b·√2";
        const optimum = (differences: Tensor) => mean(abs(differences));
        const logScale = logSpread(context, { name: "scale", option: scale, unit, x, location, optimum });
        return laplaceNegativeLogLikelihood(x, location, logScale);
      },
      mean: pixel,
      measure: "density",
      scalars: spreadScalars("scale", scale),
      caveat: ({ binary }) =>
        binary
          ? "a Laplace distribution on pixels that are all 0 or 1 is a density over values that never occur; bernoulli fits"
          : undefined,
    };
  },
});
