/** Fully connected layers in fewer and quicker operators. */

import { gemmAttributes, type ProductAttributes } from "../ops/linear.ts";
import type { Tensor } from "../tensor.ts";
import type { Lowering } from "./placement.ts";

/** A layer and its ReLU in one operator. The layer by itself is left out where nothing else reads it. */
const fullyConnectedRelu: Lowering = ({ inputs: [layer] }, placement) => {
  const { operator, inputs, attributes } = layer!;
  if (operator.name !== "matmul" || inputs.length < 3) return undefined;
  const operands = inputs.map((input) => placement.plain(input));
  const options = { ...gemmAttributes(attributes as ProductAttributes), activation: "Relu" };
  return { plain: placement.emitter.node("FusedGemm", operands, options, "com.microsoft") };
};

/** Σ over rows, a bias's gradient: as a product with a row of ones it takes half the time of a `ReduceSum`. */
const rowSum: Lowering = (tensor, placement) => {
  const { emitter } = placement;
  const [x] = tensor.inputs as [Tensor];
  const { axes } = tensor.attributes as { axes: readonly number[] };
  const [rows, columns] = x.shape;
  if (axes.join() !== "0" || x.shape.length !== 2) return undefined;
  if (typeof rows !== "number" || typeof columns !== "number") return undefined;
  const ones = emitter.floats(new Array<number>(rows).fill(1), [1, rows]);
  return {
    plain: placement.reshape(emitter.node("MatMul", [ones, placement.plain(x)]), tensor.shape as number[]),
  };
};

export const denseLowerings: readonly (readonly [string, Lowering])[] = [
  ["relu", fullyConnectedRelu],
  ["sum", rowSum],
];
