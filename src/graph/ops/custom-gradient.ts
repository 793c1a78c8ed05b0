/** Identities whose gradient is given, not derived: cut off, or written out where that takes less work. */

import { apply, isMadeBy, type Operator, type Tensor } from "../tensor.ts";

/** From the gradient for the value to those for the tensors that the value was made from. */
type Rule = (outputGradient: Tensor) => readonly Tensor[];

const operator: Operator<Rule> = {
  name: "withGradient",
  infer: ([value]) => ({ dtype: value!.dtype, shape: value!.shape }),
  gradient: ({ outputGradient, attributes: rule }) => [undefined, ...rule(outputGradient)],
  evaluate: ([value]) => value!,
  lower: (_, [value]) => value!,
  shorter: ([value]) => value,
};

/**
 * `value`, with a gradient of its own.
 *
 * @param sources what `value` was made from; no gradient flows to anything else
 * @param rule gives the gradients for `sources`, in their order and shapes
 */
export function withGradient(value: Tensor, sources: readonly Tensor[], rule: Rule): Tensor {
  return apply(operator, [value, ...sources], rule);
}

/** `x`, treated as a constant by `gradients`: a value taken as it is, for weights and controllers. */
export function stopGradient(x: Tensor): Tensor {
  return withGradient(x, [], () => []);
}

/** The tensor itself, without the gradients that it was given: for whoever only wants its value. */
export function plainValue(tensor: Tensor): Tensor {
  let value = tensor;
  while (isMadeBy(value, operator)) value = value.inputs[0]!;
  return value;
}
