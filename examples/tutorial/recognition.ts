/** Step 1: the recognition model q(z|x). */

import { relu, type Tensor } from "betalab/graph";
import { type Context, linear } from "betalab/nn";

/** Images `[batch, 784]` in [0, 1] → mean and ln σ² of their posteriors, both `[batch, latents]`. */
export function recognition(context: Context, images: Tensor, latents: number) {
  //#region yours
  const hidden = relu(linear(context, "encoder.hidden", images, 100));
  return {
    mean: linear(context, "encoder.mean", hidden, latents),
    logVariance: linear(context, "encoder.log_variance", hidden, latents),
  };
  //#endregion
}
