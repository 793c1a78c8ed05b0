/** Step 14: a KL that is held where it is wanted. */

import { abs, add, constant, multiply, subtract, type Tensor } from "betalab/graph";

/** Burgess 2018: reconstruction + γ·|KL − C|, in nats per image. All tensors are scalars; C is one because it grows while it trains. */
export function capacityObjective(
  reconstruction: Tensor,
  kl: Tensor,
  gamma: number,
  capacity: Tensor,
): Tensor {
  //#region yours
  return add(reconstruction, multiply(constant(gamma), abs(subtract(kl, capacity))));
  //#endregion
}
