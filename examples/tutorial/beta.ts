/** Step 13: the price of a nat. */

import { add, constant, multiply, type Tensor } from "betalab/graph";

/** What a β-VAE minimises, in nats per image: a scalar, as its two terms are. */
export function betaObjective(reconstruction: Tensor, kl: Tensor, beta: number): Tensor {
  //#region yours
  return add(reconstruction, multiply(constant(beta), kl));
  //#endregion
}

/** β·M/N for M latents and N pixels: comparable between data sets (Higgins et al. 2017). */
export function normalizedBeta(beta: number, latents: number, pixels: number): number {
  //#region yours
  return (beta * latents) / pixels;
  //#endregion
}
