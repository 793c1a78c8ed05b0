/** Each pixel a Gaussian around the decoder's output, with one standard deviation for all of them. */

import { z } from "zod";
import {
  add,
  constant,
  log,
  mean,
  multiply,
  sqrt,
  square,
  subtract,
  type Tensor,
} from "../../graph/index.ts";
import { type Context, fill, gaussianNegativeLogLikelihood, type Schedule } from "../../nn/index.ts";
import { likelihood, toPixel } from "./likelihood.ts";
import { logSpread, noted, spreadOption, spreadScalars } from "./spread.ts";

export const gaussian = likelihood({
  name: "gaussian",
  summary:
    "every pixel normal around the decoded one; σ fixed, scheduled, learned or optimal; normaliser included",
  options: z.strictObject({
    sigma: z
      .union([spreadOption, z.literal("optimal")])
      .default(0.1)
      .describe(
        'standard deviation, on pixels in [0, 1]: a number, a schedule, "learned" (one parameter), or ' +
          '"optimal" (the batch\'s root mean squared error: σ-VAE, Rybkin 2021)',
      ),
  }),
  create({ sigma }, output) {
    const pixel = toPixel(output);
    return {
      negativeLogLikelihood(x, decoded, context) {
        const location = pixel(decoded);
        const name = "sigma";
        const unit = "standard deviation of each pixel around the decoded one, pixels in [0, 1]";
        const optimum = (differences: Tensor) => sqrt(mean(square(differences)));
        const logSigma =
          sigma === "optimal"
            ? noted(context, { name, unit }, optimalLogSigma(x, location, context))
            : logSpread(context, { name, option: sigma, unit, x, location, optimum });
        return gaussianNegativeLogLikelihood(x, location, logSigma);
      },
      mean: pixel,
      measure: "density",
      scalars: spreadScalars("sigma", sigma as Schedule | string),
      caveat: ({ binary }) =>
        binary
          ? "a Gaussian on pixels that are all 0 or 1 is a density over values that never occur; bernoulli fits"
          : undefined,
    };
  },
});

/** Momentum of the running mean squared error, as batch norm's. */
const MOMENTUM = 0.1;
/** A mean squared error below (1/400)² would be that of a constant. */
const FLOOR = Math.exp(-12);

/**
 * ln of the σ at which the batch is most likely, its root mean squared error (Rybkin et al. 2021). An
 * evaluated image must not choose its own σ: there the running mean of training is used.
 */
function optimalLogSigma(x: Tensor, location: Tensor, context: Context): Tensor {
  const running = context.buffer("likelihood.mean_squared_error", [], fill(1));
  const half = (squared: Tensor) => multiply(log(add(squared, constant(FLOOR))), constant(0.5));
  if (context.mode === "infer") return half(running);
  const now = mean(square(subtract(x, location)));
  context.startAt("likelihood.mean_squared_error", now);
  const next = add(multiply(running, constant(1 - MOMENTUM)), multiply(now, constant(MOMENTUM)));
  context.updateBuffer("likelihood.mean_squared_error", next);
  return half(now);
}
