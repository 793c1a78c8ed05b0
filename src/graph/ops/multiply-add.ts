/**
 * x·factor + y as one operator: what a normalisation does to large tensors, where each pass over memory counts.
 * Runtimes that have no such kernel get a product and a sum.
 */

import { apply, type Operator, type Tensor } from "../tensor.ts";
import { allocate, broadcastShapes, elementCount, formatShape, sameShape, shapeError } from "../types.ts";
import { broadcastIndex } from "./binary.ts";
import { multiply } from "./elementwise.ts";
import { sumTo } from "./reduce.ts";
import { fillOf } from "./source.ts";

export const multiplyAddOperator: Operator<undefined> = {
  name: "multiplyAdd",
  infer([x, factor, y]) {
    const shape = x!.shape;
    for (const [what, operand] of Object.entries({ factor: factor!, "second term": y! })) {
      if (operand.dtype !== "float32" || x!.dtype !== "float32")
        throw shapeError("multiplyAdd", `needs float32, got ${x!.dtype} and a ${what} of ${operand.dtype}`);
      if (!sameShape(broadcastShapes("multiplyAdd", shape, operand.shape), shape))
        throw shapeError(
          "multiplyAdd",
          `a ${what} of shape ${formatShape(operand.shape)} is larger than the first term ${formatShape(shape)}`,
        );
    }
    return { dtype: "float32", shape };
  },
  gradient: ({ inputs: [x, factor, y], outputGradient, needs }) => [
    needs(0) ? multiply(outputGradient, factor!) : undefined,
    needs(1) ? sumTo(multiply(outputGradient, x!), factor!.shape) : undefined,
    needs(2) ? sumTo(outputGradient, y!.shape) : undefined,
  ],
  evaluate(inputs, _, shape, dtype) {
    const data = allocate(dtype, elementCount(shape)) as Float32Array;
    const [x, factor, y] = inputs.map((value) => {
      const at = broadcastIndex(value.shape, shape);
      return (i: number) => (value.data as Float32Array)[at(i)]!;
    });
    for (let i = 0; i < data.length; i++) data[i] = x!(i) * factor!(i) + y!(i);
    return { dtype, shape, data };
  },
  lower(emitter, [x, factor, y], _, { inputs }) {
    const product = fillOf(inputs[1]!) === 1 ? x! : emitter.node("Mul", [x!, factor!]);
    return emitter.node("Add", [product, y!]);
  },
};

/** x·factor + y; `factor` and `y` broadcast to the shape of `x`. */
export function multiplyAdd(x: Tensor, factor: Tensor, y: Tensor): Tensor {
  return apply(multiplyAddOperator, [x, factor, y], undefined);
}
