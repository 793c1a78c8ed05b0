/** Each pixel a Laplace distribution around the decoder's output: absolute instead of squared errors. */

import { z } from "zod";
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
      negativeLogLikelihood: (x, decoded, context) =>
        laplaceNegativeLogLikelihood(x, pixel(decoded), logSpread(context, "scale", scale)),
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
