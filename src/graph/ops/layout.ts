/** Operators that move elements without computing: reshape, transpose, broadcast. */

import { apply, isMadeBy, type Operator, type Tensor } from "../tensor.ts";
import {
  allocate,
  broadcastShapes,
  elementCount,
  formatShape,
  type Shape,
  sameShape,
  shapeError,
  staticShape,
  staticSize,
  strides,
  type Value,
} from "../types.ts";
import { sumTo } from "./reduce.ts";
import { constant, fillOf } from "./source.ts";

// --- reshape ------------------------------------------------------------------------------------------

export const reshapeOperator: Operator<{ readonly shape: Shape }> = {
  name: "reshape",
  infer([x], { shape }) {
    const names = (of: Shape) => of.filter((size) => typeof size === "string").join();
    const count = (of: Shape) => elementCount(of.filter((size) => typeof size === "number"));
    if (names(x!.shape) !== names(shape) || count(x!.shape) !== count(shape)) {
      throw shapeError(
        "reshape",
        `${formatShape(x!.shape)} does not hold the elements of ${formatShape(shape)}`,
      );
    }
    if (names(shape).includes(",")) throw shapeError("reshape", "more than one symbolic size");
    return { dtype: x!.dtype, shape };
  },
  gradient: ({ inputs, outputGradient }) => [reshape(outputGradient, inputs[0]!.shape)],
  evaluate: ([x], _, shape) => ({ ...x!, shape }),
  lower(emitter, inputs, { shape }) {
    const sizes = shape.map((size) => (typeof size === "number" ? size : -1));
    return emitter.node("Reshape", [inputs[0]!, emitter.integers(sizes)]);
  },
};

/** The same elements in row-major order under another shape (at most one symbolic size, kept as it is). */
export function reshape(x: Tensor, shape: Shape): Tensor {
  // The shape in between leaves no trace.
  const source = isMadeBy(x, reshapeOperator) ? x.inputs[0]! : x;
  const reshaped = sameShape(source.shape, shape) ? source : apply(reshapeOperator, [source], { shape });
  return refill(source, reshaped);
}

/** A constant that is one number everywhere stays one when its shape changes. */
function refill(x: Tensor, changed: Tensor): Tensor {
  const value = fillOf(x);
  return value === undefined ? changed : constant(value, staticShape("fill", changed.shape));
}

/** `[batch, …]` as `[batch, everything else]`. */
export function flatten(x: Tensor): Tensor {
  let count = 1;
  for (let axis = 1; axis < x.shape.length; axis++) count *= staticSize("flatten", x.shape, axis);
  return reshape(x, [x.shape[0]!, count]);
}

// --- transpose ----------------------------------------------------------------------------------------

export const transposeOperator: Operator<{ readonly order: readonly number[] }> = {
  name: "transpose",
  infer([x], { order }) {
    const rank = x!.shape.length;
    if (order.length !== rank || new Set(order).size !== rank || order.some((axis) => !(axis in x!.shape))) {
      throw shapeError(
        "transpose",
        `order [${order.join(", ")}] is no permutation of ${formatShape(x!.shape)}`,
      );
    }
    return { dtype: x!.dtype, shape: order.map((axis) => x!.shape[axis]!) };
  },
  gradient({ outputGradient, attributes: { order } }) {
    return [
      transpose(
        outputGradient,
        Array.from(order.keys(), (axis) => order.indexOf(axis)),
      ),
    ];
  },
  evaluate([x], { order }, shape) {
    const from = strides(x!.shape);
    return gather(
      x!,
      shape,
      0,
      order.map((axis) => from[axis]!),
    );
  },
  lower: (emitter, inputs, { order }) => emitter.node("Transpose", inputs, { perm: order }),
};

/** Reorders the axes: axis i of the result is axis `order[i]` of `x`. */
export function transpose(x: Tensor, order: readonly number[]): Tensor {
  const isSame = order.length === x.shape.length && order.every((axis, i) => axis === i);
  return isSame ? x : apply(transposeOperator, [x], { order });
}

/** Reads `x` at `start` plus a stride per axis of `shape`: what transpose, broadcast and slice have in common. */
export function gather(x: Value, shape: readonly number[], start: number, steps: readonly number[]): Value {
  const data = allocate(x.dtype, elementCount(shape)) as Float32Array;
  const source = x.data as Float32Array;
  const coordinate = new Array<number>(shape.length).fill(0);
  let position = start;
  for (let i = 0; i < data.length; i++) {
    data[i] = source[position]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position += steps[axis]!;
      coordinate[axis]!++;
      if (coordinate[axis]! < shape[axis]!) break;
      position -= steps[axis]! * shape[axis]!;
      coordinate[axis] = 0;
    }
  }
  return { dtype: x.dtype, shape, data };
}

// --- broadcast ----------------------------------------------------------------------------------------

export const broadcastOperator: Operator<{ readonly shape: Shape }> = {
  name: "broadcastTo",
  infer([x], { shape }) {
    if (!sameShape(broadcastShapes("broadcastTo", x!.shape, shape), shape)) {
      throw shapeError("broadcastTo", `${formatShape(x!.shape)} does not stretch to ${formatShape(shape)}`);
    }
    for (const axis of shape.keys()) staticSize("broadcastTo", shape, axis);
    return { dtype: x!.dtype, shape };
  },
  gradient: ({ inputs, outputGradient }) => [sumTo(outputGradient, inputs[0]!.shape)],
  evaluate([x], _, shape) {
    const from = strides(x!.shape);
    const offset = shape.length - x!.shape.length;
    const steps = shape.map((_, axis) =>
      axis < offset || x!.shape[axis - offset] === 1 ? 0 : from[axis - offset]!,
    );
    return gather(x!, shape, 0, steps);
  },
  lower: (emitter, inputs, { shape }) =>
    emitter.node("Expand", [inputs[0]!, emitter.integers(shape as number[])]),
};

/** Stretches axes of size 1 (and adds leading ones) to reach `shape`, whose sizes are numbers. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : refill(x, apply(broadcastOperator, [x], { shape }));
}
