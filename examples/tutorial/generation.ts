/** Step 3: the generation model p(x|z). */

import { relu, type Tensor } from "betalab/graph";
import { type Context, linear } from "betalab/nn";

/** Latents `[batch, latents]` → logits of 784 pixels, `[batch, 784]`: a pixel is white with probability sigmoid(logit). */
export function generation(context: Context, latents: Tensor): Tensor {
  //#region yours
  const hidden = relu(linear(context, "decoder.hidden", latents, 100));
  return linear(context, "decoder.output", hidden, 784);
  //#endregion
}
