/** Where tensors come from: named inputs, fed when the graph runs, and constants written into it. */

import { apply, isMadeBy, type Operator, type Tensor } from "../tensor.ts";
import {
  allocate,
  type DType,
  elementCount,
  formatShape,
  type Shape,
  shapeError,
  type Value,
} from "../types.ts";

interface InputAttributes {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

export const inputOperator: Operator<InputAttributes> = {
  name: "input",
  infer: (_, { dtype, shape }) => ({ dtype, shape }),
  evaluate(_, { name }) {
    throw new Error(`internal: input "${name}" is fed, not computed`);
  },
  lower(_, __, { name }) {
    throw new Error(`internal: input "${name}" is declared, not lowered`);
  },
};

/** A named input of the graph. Its sizes may be names (`"batch"`), which bind when it is fed. */
export function input(name: string, shape: Shape, dtype: DType = "float32"): Tensor {
  return apply(inputOperator, [], { name, dtype, shape });
}

/** The name of an input, `undefined` for every other tensor. */
export function inputName(tensor: Tensor): string | undefined {
  return isMadeBy(tensor, inputOperator) ? tensor.attributes.name : undefined;
}

export const constantOperator: Operator<Value> = {
  name: "constant",
  infer(_, { dtype, shape, data }) {
    if (data.length !== elementCount(shape)) {
      throw shapeError("constant", `${data.length} elements do not fill ${formatShape(shape)}`);
    }
    return { dtype, shape };
  },
  evaluate: (_, value) => value,
  lower: (emitter, _, value) => emitter.constant(value),
};

export const fillOperator: Operator<{ readonly value: number; readonly shape: readonly number[] }> = {
  name: "fill",
  infer: (_, { shape }) => ({ dtype: "float32", shape }),
  evaluate: (_, { value }, shape) => filled(value, shape),
  lower(emitter, _, { value, shape }) {
    const scalar = emitter.constant(filled(value, []));
    return shape.length === 0 ? scalar : emitter.node("Expand", [scalar, emitter.integers(shape)]);
  },
};

function filled(value: number, shape: readonly number[]): Value<"float32"> {
  return { dtype: "float32", shape, data: allocate("float32", elementCount(shape)).fill(value) };
}

/** A float32 constant: one number (filling `shape`, a scalar by default), or the elements of `shape`. */
export function constant(value: number | Float32Array, shape: readonly number[] = []): Tensor {
  if (typeof value === "number") return apply(fillOperator, [], { value, shape });
  return constantValue({ dtype: "float32", shape, data: value });
}

/** The one number that a constant is filled with; `undefined` for every other tensor. */
export function fillOf(tensor: Tensor): number | undefined {
  return isMadeBy(tensor, fillOperator) ? tensor.attributes.value : undefined;
}

/** A constant of any element type. */
export function constantValue(value: Value): Tensor {
  return apply(constantOperator, [], value);
}
