/** Picks elements by index along one axis, and its transpose, which adds elements up by index. */

import { apply, type Operator, type Tensor } from "../tensor.ts";
import {
  elementCount,
  formatShape,
  sameShape,
  shapeError,
  staticShape,
  strides,
  type Value,
} from "../types.ts";

/** Where element `i` of an index of `shape` points to in a tensor of the same rank: its own place but for `axis`. */
function target(
  index: Value,
  shape: readonly number[],
  into: readonly number[],
  axis: number,
): (i: number) => number {
  const [outer, inner] = [strides(shape), strides(into)];
  return (i) => {
    let position = 0;
    for (let a = 0; a < shape.length; a++) {
      const own = Math.floor(i / outer[a]!) % shape[a]!;
      position += (a === axis ? Number(index.data[i]) : own) * inner[a]!;
    }
    return position;
  };
}

export const gatherOperator: Operator<{ readonly axis: number }> = {
  name: "gatherElements",
  infer([x, index], { axis }) {
    const fits =
      x!.shape.length === index!.shape.length &&
      index!.shape.every((size, a) => a === axis || size === x!.shape[a]);
    if (!fits || index!.dtype !== "int32") {
      throw shapeError("gatherElements", `${index} does not index axis ${axis} of ${x}`);
    }
    return { dtype: x!.dtype, shape: index!.shape };
  },
  gradient: ({ inputs: [x, index], outputGradient, attributes: { axis } }) => [
    scatterAdd(outputGradient, index!, axis, staticShape("gatherElements", x!.shape)),
    undefined,
  ],
  evaluate([x, index], { axis }, shape) {
    const from = target(index!, shape, x!.shape, axis);
    const data = Float32Array.from({ length: elementCount(shape) }, (_, i) => x!.data[from(i)] as number);
    return { dtype: "float32", shape, data };
  },
  lower: (emitter, inputs, { axis }) => emitter.node("GatherElements", inputs, { axis }),
};

/**
 * Element `index[i, j, …]` along `axis`, at the index's own place along all others: with axis 0 and a matrix,
 * each column is reordered by its own column of the index.
 *
 * @param index int32, shaped like the result
 */
export function gatherElements(x: Tensor, index: Tensor, axis: number): Tensor {
  return apply(gatherOperator, [x, index], { axis });
}

interface ScatterAttributes {
  readonly axis: number;
  readonly shape: readonly number[];
}

export const scatterOperator: Operator<ScatterAttributes> = {
  name: "scatterAdd",
  infer([x, index], { axis, shape }) {
    const others = (of: readonly unknown[]) => of.filter((_, a) => a !== axis).join();
    if (!sameShape(x!.shape, index!.shape) || others(x!.shape) !== others(shape)) {
      throw shapeError(
        "scatterAdd",
        `${x} and ${index} do not add up to ${formatShape(shape)} on axis ${axis}`,
      );
    }
    return { dtype: "float32", shape };
  },
  gradient: ({ inputs: [, index], outputGradient, attributes: { axis } }) => [
    gatherElements(outputGradient, index!, axis),
    undefined,
  ],
  evaluate([x, index], { axis }, shape) {
    const into = target(index!, x!.shape, shape, axis);
    const data = new Float32Array(elementCount(shape));
    for (let i = 0; i < x!.data.length; i++) data[into(i)]! += x!.data[i] as number;
    return { dtype: "float32", shape, data };
  },
  lower(emitter, [x, index], { axis, shape }) {
    const zero = emitter.constant({ dtype: "float32", shape: [], data: new Float32Array(1) });
    const zeros = emitter.node("Expand", [zero, emitter.integers(shape)]);
    return emitter.node("ScatterElements", [zeros, index!, x!], { axis, reduction: "add" });
  },
};

/** The transpose of `gatherElements`: zeros of `shape`, with each element of `x` added where its index points. */
export function scatterAdd(x: Tensor, index: Tensor, axis: number, shape: readonly number[]): Tensor {
  return apply(scatterOperator, [x, index], { axis, shape });
}
