/** Step 10: what each latent carries. */

import { add, mean as average, constant, exp, multiply, square, subtract, type Tensor } from "betalab/graph";

/** KL of each latent in nats, averaged over the batch: `[batch, latents]` twice → `[latents]`. */
export function klPerLatent(mean: Tensor, logVariance: Tensor): Tensor {
  //#region yours
  const excess = subtract(add(square(mean), exp(logVariance)), add(logVariance, constant(1)));
  return average(multiply(excess, constant(0.5)), [0]);
  //#endregion
}
