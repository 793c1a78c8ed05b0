/** A rectifier within the blocked convolution that its operand comes from, where nothing else reads that operand. */

import type { Attributes } from "../onnx/emitter.ts";
import type { Tensor } from "../tensor.ts";
import { convolutionLowerings } from "./convolution.ts";
import type { Lowering } from "./placement.ts";
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
    const layer = placement.readOnce(tensor.inputs[0]!);
    return layer && layers.get(layer.operator.name)?.(layer, placement, activationOf(tensor));
  };

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
