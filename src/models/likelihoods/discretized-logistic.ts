/** The probability of each 8-bit grey level, from a logistic distribution around the decoder's output. */

import { z } from "zod";
import { constant, mean, multiply, sqrt, square, type Tensor } from "../../graph/index.ts";
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
      negativeLogLikelihood(x, decoded, context) {
        const location = pixel(decoded);
        const unit = "s of each pixel around the decoded one, pixels in [0, 1]; standard deviation s·π/√3";
        // By the second moment: the most likely s has no closed form.
        const optimum = (differences: Tensor) =>
          multiply(sqrt(mean(square(differences))), constant(Math.sqrt(3) / Math.PI));
        const logScale = logSpread(context, { name: "scale", option: scale, unit, x, location, optimum });
        return discretizedLogisticNegativeLogLikelihood(x, location, logScale);
      },
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
