/** Operators of two operands that broadcast by NumPy's rule; their gradients sum over the axes that were stretched. */

import { type Applying, apply, applying, type Operator, type Tensor } from "../tensor.ts";
import {
  allocate,
  broadcastShapes,
  type DType,
  elementCount,
  sameShape,
  shapeError,
  strides,
} from "../types.ts";
import { sumTo } from "./reduce.ts";
import { constant, fillOf } from "./source.ts";

interface BinaryRule {
  readonly onnx: string;
  compute(a: number, b: number): number;
  /** Gradients for both operands before the sum over stretched axes; asked only for those needed. */
  gradient?: readonly [
    (gradient: Tensor, a: Tensor, b: Tensor, output: Tensor) => Tensor,
    (gradient: Tensor, a: Tensor, b: Tensor, output: Tensor) => Tensor,
  ];
  /** Element type of the result where it differs from the operands'. */
  readonly result?: DType;
}

/** Applies an operator of two operands, which broadcast. */
export type Binary = Applying<(a: Tensor, b: Tensor) => Tensor>;

export function binary(name: string, rule: BinaryRule): Binary {
  const operator: Operator<undefined> = {
    name,
    infer([a, b]) {
      if (a!.dtype !== b!.dtype) throw shapeError(name, `element types differ: ${a!.dtype} and ${b!.dtype}`);
      return { dtype: rule.result ?? a!.dtype, shape: broadcastShapes(name, a!.shape, b!.shape) };
    },
    evaluate([a, b], _, shape, dtype) {
      const data = allocate(dtype, elementCount(shape)) as Float32Array;
      const left = broadcastIndex(a!.shape, shape);
      const right = broadcastIndex(b!.shape, shape);
      const x = a!.data as Float32Array;
      const y = b!.data as Float32Array;
      for (let i = 0; i < data.length; i++) data[i] = rule.compute(x[left(i)]!, y[right(i)]!);
      return { dtype, shape, data };
    },
    lower: (emitter, inputs) => emitter.node(rule.onnx, inputs),
  };
  const rules = rule.gradient;
  if (rules !== undefined) {
    operator.gradient = ({ inputs, output, outputGradient, needs }) =>
      rules.map((local, index) =>
        needs(index)
          ? sumTo(local(outputGradient, inputs[0]!, inputs[1]!, output), inputs[index]!.shape)
          : undefined,
      );
  }
  return applying(operator, (a: Tensor, b: Tensor) => apply(operator, [thin(a, b), thin(b, a)], undefined));
}

/** Whether `a` broadcasts to `b` without changing its shape. */
export function stretches(a: Tensor, b: Tensor): boolean {
  const rank = b.shape.length;
  const offset = rank - a.shape.length;
  return offset >= 0 && a.shape.every((size, axis) => size === 1 || size === b.shape[axis + offset]);
}

/** A filled operand as a scalar where broadcasting restores its shape: nothing large is made or read. */
function thin(operand: Tensor, other: Tensor): Tensor {
  const value = fillOf(operand);
  return value !== undefined && operand.shape.length > 0 && stretches(operand, other)
    ? constant(value)
    : operand;
}

/** Maps a flat index of `shape` to that of an operand that was stretched to it. */
export function broadcastIndex(
  operand: readonly number[],
  shape: readonly number[],
): (index: number) => number {
  if (sameShape(operand, shape)) return (index) => index;
  if (elementCount(operand) === 1) return () => 0;
  const outer = strides(shape);
  const inner = strides(operand);
  const offset = shape.length - operand.length;
  return (index) => {
    let position = 0;
    for (let axis = 0; axis < operand.length; axis++) {
      if (operand[axis] === 1) continue;
      const coordinate = Math.floor(index / outer[axis + offset]!) % shape[axis + offset]!;
      position += coordinate * inner[axis]!;
    }
    return position;
  };
}
