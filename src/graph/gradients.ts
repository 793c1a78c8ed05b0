/**
 * Reverse-mode differentiation: walks the graph from the loss back and adds, for every operator, the nodes
 * that its gradient rule gives. The result is more graph, so it can be compiled, interpreted or differentiated again.
 */

import { add } from "./ops/elementwise.ts";
import { sideBySide } from "./ops/slices.ts";
import { constant } from "./ops/source.ts";
import { type Tensor, topologicalOrder } from "./tensor.ts";
import { formatShape, sameShape, shapeError, staticShape } from "./types.ts";

/**
 * Gradients of a scalar `loss` with respect to each of `parameters`.
 *
 * A parameter that the loss does not depend on gets zeros. Throws a shape error when `loss` is not a scalar or
 * an operator on the way has no gradient.
 */
export function gradients(loss: Tensor, parameters: readonly Tensor[]): Tensor[] {
  if (loss.shape.length !== 0) {
    throw shapeError("gradients", `the loss must be a scalar, not ${formatShape(loss.shape)}`);
  }
  const wanted = new Set<Tensor>(parameters);
  // Only what lies between the parameters and the loss takes part; what is older than all of them (the steps before, where
  // many are unrolled) does not.
  const order = topologicalOrder([loss], Math.min(...parameters.map(({ id }) => id)));
  const relevant = new Set<Tensor>();
  for (const tensor of order) {
    if (wanted.has(tensor) || tensor.inputs.some((input) => relevant.has(input))) relevant.add(tensor);
  }

  const accumulated = new Map<Tensor, Tensor>([[loss, constant(1)]]);
  for (const tensor of order.reverse()) {
    const outputGradient = accumulated.get(tensor);
    if (outputGradient === undefined || !relevant.has(tensor)) continue;
    if (!tensor.inputs.some((input) => relevant.has(input))) continue;
    if (tensor.operator.gradient === undefined) {
      throw shapeError("gradients", `${tensor.operator.name} has no gradient`);
    }
    const inputGradients = tensor.operator.gradient({
      inputs: tensor.inputs,
      output: tensor,
      outputGradient,
      attributes: tensor.attributes,
      needs: (index) => relevant.has(tensor.inputs[index]!),
    });
    tensor.inputs.forEach((input, index) => {
      const gradient = inputGradients[index];
      if (gradient === undefined || !relevant.has(input)) return;
      if (!sameShape(gradient.shape, input.shape)) {
        throw new Error(
          `internal: ${tensor.operator.name} gave input ${index} of shape ${formatShape(input.shape)} ` +
            `a gradient of shape ${formatShape(gradient.shape)}`,
        );
      }
      const before = accumulated.get(input);
      const total = before && (sideBySide(before, gradient) ?? add(before, gradient));
      accumulated.set(input, total ?? gradient);
    });
  }
  return parameters.map((parameter) => {
    const gradient = accumulated.get(parameter);
    return gradient ?? constant(0, staticShape("gradients", parameter.shape));
  });
}
