/** Step 2: a draw from q(z|x) that gradients can pass through. */

import { add, constant, exp, multiply, type Tensor } from "betalab/graph";

/** z = μ + σ·ε; all are `[batch, latents]`, and the noise ε is drawn from N(0, I). */
export function draw(mean: Tensor, logVariance: Tensor, noise: Tensor): Tensor {
  //#region yours
  const sigma = exp(multiply(logVariance, constant(0.5)));
  return add(mean, multiply(sigma, noise));
  //#endregion
}
