/** A rectifier within the blocked convolution that its operand comes from, where nothing else reads that operand. */

import type { Attributes } from "../onnx/emitter.ts";
import { plainValue } from "../ops/custom-gradient.ts";
import type { Tensor } from "../tensor.ts";
import { convolutionLowerings } from "./convolution.ts";
import type { Lowering, Placement } from "./placement.ts";
import { pointwiseLowerings } from "./pointwise.ts";

/** Layers whose blocked kernels take an activation. */
const layers = new Map(
  [...convolutionLowerings, ...pointwiseLowerings].filter(([name]) =>
    ["conv2d", "convInputGradient", "multiplyAdd"].includes(name),
  ),
);

const within =
  (activationOf: (tensor: Tensor) => Attributes): Lowering =>
  (tensor, placement) => {
    const layer = onlyReadHere(tensor.inputs[0]!, placement);
    return layer && layers.get(layer.operator.name)?.(layer, placement, activationOf(tensor));
  };

/** What `tensor` is the value of; undefined where someone else wants one of the two. */
function onlyReadHere(tensor: Tensor, placement: Placement): Tensor | undefined {
  const layer = plainValue(tensor);
  for (let one = tensor; ; one = one.inputs[0]!) {
    if (placement.readersOf(one) !== 1) return undefined;
    if (one === layer) return layer;
  }
}

export const activationLowerings: readonly (readonly [string, Lowering])[] = [
  ["relu", within(() => ({ activation: "Relu" }))],
  [
    "leakyRelu",
    within(({ attributes }) => ({
      activation: "LeakyRelu",
      activation_params: [(attributes as { slope: number }).slope],
    })),
  ],
];
