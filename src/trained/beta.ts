/** The weight of the KL as it is shown everywhere: β in nats per nat, and β_norm of Higgins 2017. */

import type { Schedule } from "../nn/index.ts";
import type { Built } from "./build.ts";

export interface BetaDescription {
  /** What multiplies the KL; absent where the objective weighs its parts, or steers it, in another way. */
  readonly beta?: Schedule;
  /** β·M/N for M latents and N pixels × channels (Higgins et al. 2017); absent while β is a schedule. */
  readonly betaNorm?: number;
}

export function betaOf({ vae, objective: { beta } }: Built): BetaDescription {
  const { image, latentDim } = vae;
  if (typeof beta !== "number") return beta === undefined ? {} : { beta };
  return { beta, betaNorm: (beta * latentDim) / (image.height * image.width * image.channels) };
}
