/** Step 4: recognition, draw and generation, one after the other. */

import type { Tensor } from "betalab/graph";
import type { Context } from "betalab/nn";
import { generation } from "./generation.ts";
import { recognition } from "./recognition.ts";
import { draw } from "./reparametrization.ts";

/** Images `[batch, 784]` and noise `[batch, latents]` → logits of the images again, and the posteriors on the way. */
export function autoencoder(context: Context, images: Tensor, noise: Tensor) {
  const latents = noise.shape[1] as number;
  //#region yours
  const { mean, logVariance } = recognition(context, images, latents);
  const z = draw(mean, logVariance, noise);
  return { logits: generation(context, z), mean, logVariance };
  //#endregion
}
