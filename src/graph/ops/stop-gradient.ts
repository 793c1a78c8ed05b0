/** The identity that no gradient passes: a value taken as it is, for weights and controllers computed on the way. */

import { apply, type Operator, type Tensor } from "../tensor.ts";

const stopOperator: Operator<undefined> = {
  name: "stopGradient",
  infer: ([x]) => ({ dtype: x!.dtype, shape: x!.shape }),
  gradient: () => [undefined],
  evaluate: ([x]) => x!,
  lower: (_, inputs) => inputs[0]!,
};

/** `x`, treated as a constant by `gradients`. */
export function stopGradient(x: Tensor): Tensor {
  return apply(stopOperator, [x], undefined);
}
