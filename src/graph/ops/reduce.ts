/** Sums and maxima over axes, and the sum that undoes broadcasting. */

import { type Applying, apply, applying, type Operator, type Tensor } from "../tensor.ts";
import {
  allocate,
  type Dimension,
  elementCount,
  formatShape,
  type Shape,
  sameShape,
  shapeError,
  staticSize,
  strides,
} from "../types.ts";
import { divide, less, multiply, where } from "./elementwise.ts";
import { broadcastTo, reshape } from "./layout.ts";
import { constant } from "./source.ts";

interface ReduceAttributes {
  /** Sorted, non-negative. */
  readonly axes: readonly number[];
  readonly keepDimensions: boolean;
}

interface ReduceRule {
  readonly onnx: string;
  readonly initial: number;
  combine(accumulator: number, x: number): number;
  gradient(gradient: Tensor, x: Tensor, kept: Tensor): Tensor;
}

function reducedShape(shape: Shape, axes: readonly number[], keepDimensions: boolean): Dimension[] {
  if (keepDimensions) return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return shape.filter((_, axis) => !axes.includes(axis));
}

/** Reduces over `axes` (all of them by default; negative ones count from the end). */
type Reduction = Applying<(x: Tensor, axes?: readonly number[], keepDimensions?: boolean) => Tensor>;

function reduction(name: string, rule: ReduceRule): Reduction {
  const operator: Operator<ReduceAttributes> = {
    name,
    infer([x], { axes, keepDimensions }) {
      if (x!.dtype !== "float32") throw shapeError(name, `needs float32, got ${x!.dtype}`);
      for (const axis of axes) {
        if (axis >= x!.shape.length || axis < 0) {
          throw shapeError(name, `axis ${axis} is not one of ${formatShape(x!.shape)}`);
        }
      }
      return { dtype: "float32", shape: reducedShape(x!.shape, axes, keepDimensions) };
    },
    gradient({ inputs: [x], output, outputGradient, attributes: { axes } }) {
      const kept = reducedShape(x!.shape, axes, true);
      return [rule.gradient(reshape(outputGradient, kept), x!, reshape(output, kept))];
    },
    evaluate([x], { axes }, shape) {
      const full = x!.shape;
      const kept = reducedShape(full, axes, true) as number[];
      const outer = strides(full);
      const inner = strides(kept);
      // Sums are accumulated in double precision: this is the meaning that lowerings approximate.
      const accumulator = new Float64Array(elementCount(shape)).fill(rule.initial);
      const source = x!.data as Float32Array;
      for (let i = 0; i < source.length; i++) {
        let position = 0;
        for (let axis = 0; axis < full.length; axis++) {
          if (kept[axis] !== 1) position += (Math.floor(i / outer[axis]!) % full[axis]!) * inner[axis]!;
        }
        accumulator[position] = rule.combine(accumulator[position]!, source[i]!);
      }
      const data = allocate("float32", accumulator.length);
      data.set(accumulator);
      return { dtype: "float32", shape, data };
    },
    lower(emitter, inputs, { axes, keepDimensions }) {
      return emitter.reduce(rule.onnx, inputs[0]!, axes, keepDimensions);
    },
  };
  return applying(operator, (x: Tensor, axes?: readonly number[], keepDimensions = false): Tensor => {
    const rank = x.shape.length;
    const chosen = (axes ?? x.shape.map((_, axis) => axis)).map((axis) => (axis < 0 ? axis + rank : axis));
    if (chosen.length === 0) return x;
    return apply(operator, [x], { axes: [...new Set(chosen)].sort((a, b) => a - b), keepDimensions });
  });
}

/** The sum over `axes` (default: all). */
export const sum: Reduction = reduction("sum", {
  onnx: "ReduceSum",
  initial: 0,
  combine: (accumulator, x) => accumulator + x,
  gradient: (gradient, x) => broadcastTo(gradient, x.shape),
});

/** The largest element over `axes` (default: all); ties share the gradient equally. */
export const max: Reduction = reduction("max", {
  onnx: "ReduceMax",
  initial: Number.NEGATIVE_INFINITY,
  combine: Math.max,
  gradient(gradient, x, kept) {
    const axes = x.shape.flatMap((size, axis) => (kept.shape[axis] === 1 && size !== 1 ? [axis] : []));
    const isMax = where(less(x, kept), constant(0), constant(1));
    return multiply(isMax, divide(gradient, sum(isMax, axes, true)));
  },
});

/** The mean over `axes` (default: all), whose sizes must be numbers. */
export function mean(x: Tensor, axes?: readonly number[], keepDimensions = false): Tensor {
  const rank = x.shape.length;
  const chosen = axes ?? x.shape.map((_, axis) => axis);
  let count = 1;
  for (const axis of chosen) count *= staticSize("mean", x.shape, axis < 0 ? axis + rank : axis);
  return multiply(sum(x, chosen, keepDimensions), constant(1 / count));
}

/** Sums `x` down to `shape`, which stretches to the shape of `x`: the gradient of broadcasting. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const offset = x.shape.length - shape.length;
  const axes = x.shape.flatMap((size, axis) =>
    axis < offset || (shape[axis - offset] === 1 && size !== 1) ? [axis] : [],
  );
  return reshape(sum(x, axes, true), shape);
}
