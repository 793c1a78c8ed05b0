/** Step 6: one step of gradient descent. */

import { constant, gradients, multiply, subtract, type Tensor } from "betalab/graph";

/** What the parameters become: each a little downhill from where it is. */
export function descend(loss: Tensor, parameters: readonly Tensor[], rate: number): Tensor[] {
  //#region yours
  const slopes = gradients(loss, parameters);
  return parameters.map((parameter, i) => subtract(parameter, multiply(slopes[i]!, constant(rate))));
  //#endregion
}
