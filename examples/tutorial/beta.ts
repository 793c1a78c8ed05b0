/** Step 13: the price of a nat. */

/** What a β-VAE minimises, in nats per image. */
export function betaObjective(reconstruction: number, kl: number, beta: number): number {
  //#region yours
  return reconstruction + beta * kl;
  //#endregion
}

/** β·M/N for M latents and N pixels: comparable between data sets (Higgins et al. 2017). */
export function normalizedBeta(beta: number, latents: number, pixels: number): number {
  //#region yours
  return (beta * latents) / pixels;
  //#endregion
}
