/** Step 5: the negative evidence lower bound, in nats per image. */

import {
  add,
  mean as average,
  constant,
  crossEntropyWithLogits,
  exp,
  multiply,
  square,
  subtract,
  sum,
  type Tensor,
} from "betalab/graph";

export interface Seen {
  /** `[batch, 784]` */
  readonly logits: Tensor;
  /** `[batch, latents]` */
  readonly mean: Tensor;
  /** ln σ², `[batch, latents]` */
  readonly logVariance: Tensor;
}

/** Both are sums over an image's pixels or latents, averaged over the batch: scalars. */
export function objective(images: Tensor, { logits, mean, logVariance }: Seen) {
  //#region yours
  const reconstruction = average(sum(crossEntropyWithLogits(images, logits), [1]));
  const excess = subtract(add(square(mean), exp(logVariance)), add(logVariance, constant(1)));
  const kl = average(sum(multiply(excess, constant(0.5)), [1]));
  return { reconstruction, kl };
  //#endregion
}
