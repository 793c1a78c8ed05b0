/** How element-by-element operators of one operand are made; the operators are in `elementwise.ts` and `rectifiers.ts`. */

import type { Emitter } from "../onnx/emitter.ts";
import { type Applying, apply, applying, type Operator, type Tensor } from "../tensor.ts";
import { formatShape, type Shape, shapeError, type Value } from "../types.ts";

interface UnaryRule {
  /** The ONNX operator, or what to write instead of one. */
  readonly onnx: string | ((emitter: Emitter, x: string) => string);
  compute(x: number): number;
  gradient?(gradient: Tensor, x: Tensor, output: Tensor): Tensor | undefined;
}

/** Applies an operator of one operand. */
export type Unary = Applying<(x: Tensor) => Tensor>;

/** Slope of a line that is as good as a step: takes every float32 that is not a denormal number beyond 1. */
export const STEEP = 3e38;

/** Makes an operator of one operand out of its rule. */
export function unary(name: string, rule: UnaryRule): Unary {
  const operator: Operator<undefined> = {
    name,
    infer: ([x]) => expectFloat(name, x!),
    evaluate: ([x], _, shape) => mapValue(x!, shape, rule.compute),
    lower: (emitter, [x]) =>
      typeof rule.onnx === "string" ? emitter.node(rule.onnx, [x!]) : rule.onnx(emitter, x!),
  };
  const local = rule.gradient;
  if (local !== undefined) {
    operator.gradient = ({ inputs, output, outputGradient }) => [local(outputGradient, inputs[0]!, output)];
  }
  return applying(operator, (x: Tensor) => apply(operator, [x], undefined));
}

/** The type of a result that is shaped as `x`, which must be float32. */
export function expectFloat(name: string, x: Tensor): { dtype: "float32"; shape: Shape } {
  if (x.dtype !== "float32") throw shapeError(name, `needs float32, got ${x.dtype}${formatShape(x.shape)}`);
  return { dtype: "float32", shape: x.shape };
}

/** Computes element by element. */
export function mapValue(x: Value, shape: readonly number[], compute: (x: number) => number): Value {
  return { dtype: "float32", shape, data: (x.data as Float32Array).map((value) => compute(value)) };
}
