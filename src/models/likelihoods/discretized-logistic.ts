/** The probability of each 8-bit grey level, from a logistic distribution around the decoder's output. */

import { z } from "zod";
import { discretizedLogisticNegativeLogLikelihood } from "../../nn/index.ts";
import { likelihood, toPixel } from "./likelihood.ts";
import { logSpread, spreadOption, spreadScalars } from "./spread.ts";

export const discretizedLogistic = likelihood({
  name: "discretizedLogistic",
  summary:
    "the mass of each of 256 grey levels under a logistic distribution (Kingma 2016): true bits per pixel",
  options: z.strictObject({
    scale: spreadOption
      .default("learned")
      .describe('s, on pixels in [0, 1]: a number, a schedule, or "learned" (one parameter)'),
  }),
  create({ scale }, output) {
    const pixel = toPixel(output);
    return {
      negativeLogLikelihood: (x, decoded, context) =>
        discretizedLogisticNegativeLogLikelihood(x, pixel(decoded), logSpread(context, "scale", scale)),
      mean: pixel,
      measure: "mass",
      scalars: spreadScalars("scale", scale),
      caveat: ({ binary }) =>
        binary
          ? "256 grey levels on pixels that are all 0 or 1: 254 of them never occur; bernoulli fits"
          : undefined,
    };
  },
});
