/** Operators that work element by element. */

import type { Emitter } from "../onnx/emitter.ts";
import { apply, type Operator, type Tensor } from "../tensor.ts";
import {
  allocate,
  broadcastShapes,
  type DType,
  elementCount,
  formatShape,
  sameShape,
  shapeError,
  staticShape,
} from "../types.ts";
import { type Binary, binary, broadcastIndex, stretches } from "./binary.ts";
import { withGradient } from "./custom-gradient.ts";
import { sumTo } from "./reduce.ts";
import { constant, fillOf } from "./source.ts";
import { expectFloat, STEEP, type Unary, unary } from "./unary.ts";

// --- two operands -------------------------------------------------------------------------------------

export const add: Binary = binary("add", {
  onnx: "Add",
  compute: (a, b) => a + b,
  gradient: [(gradient) => gradient, (gradient) => gradient],
});

export const subtract: Binary = binary("subtract", {
  onnx: "Sub",
  compute: (a, b) => a - b,
  gradient: [(gradient) => gradient, (gradient) => negate(gradient)],
});

export const product: Binary = binary("multiply", {
  onnx: "Mul",
  compute: (a, b) => a * b,
  gradient: [(gradient, _, b) => multiply(gradient, b), (gradient, a) => multiply(gradient, a)],
});

/** a·b. A factor that is the constant 1 leaves no node behind: differentiation makes many of them. */
export function multiply(a: Tensor, b: Tensor): Tensor {
  const [left, right] = [fillOf(a), fillOf(b)];
  if (left !== undefined && right !== undefined) {
    const shape = broadcastShapes("multiply", a.shape, b.shape);
    return constant(left * right, staticShape("multiply", shape));
  }
  if (left === 1 && stretches(a, b)) return b;
  if (right === 1 && stretches(b, a)) return a;
  return product(a, b);
}

export const divide: Binary = binary("divide", {
  onnx: "Div",
  compute: (a, b) => a / b,
  gradient: [
    (gradient, _, b) => divide(gradient, b),
    (gradient, _, b, output) => negate(divide(multiply(gradient, output), b)),
  ],
});

/** The larger operand; where they are equal the gradient goes to the first. */
export const maximum: Binary = binary("maximum", {
  onnx: "Max",
  compute: Math.max,
  gradient: [
    (gradient, a, b) => where(less(a, b), constant(0), gradient),
    (gradient, a, b) => where(less(a, b), gradient, constant(0)),
  ],
});

/** The smaller operand; where they are equal the gradient goes to the first. */
export const minimum: Binary = binary("minimum", {
  onnx: "Min",
  compute: Math.min,
  gradient: [
    (gradient, a, b) => where(less(b, a), constant(0), gradient),
    (gradient, a, b) => where(less(b, a), gradient, constant(0)),
  ],
});

/** a < b, as booleans. */
export const less: Binary = binary("less", {
  onnx: "Less",
  compute: (a, b) => (a < b ? 1 : 0),
  result: "bool",
});

// --- choice -------------------------------------------------------------------------------------------

export const whereOperator: Operator<undefined> = {
  name: "where",
  infer([condition, a, b]) {
    if (condition!.dtype !== "bool")
      throw shapeError("where", `the condition is ${condition!.dtype}, not bool`);
    if (a!.dtype !== b!.dtype) throw shapeError("where", `element types differ: ${a!.dtype} and ${b!.dtype}`);
    const branches = broadcastShapes("where", a!.shape, b!.shape);
    return { dtype: a!.dtype, shape: broadcastShapes("where", condition!.shape, branches) };
  },
  gradient({ inputs: [condition, a, b], outputGradient, needs }) {
    return [
      undefined,
      needs(1) ? sumTo(where(condition!, outputGradient, constant(0)), a!.shape) : undefined,
      needs(2) ? sumTo(where(condition!, constant(0), outputGradient), b!.shape) : undefined,
    ];
  },
  evaluate([condition, a, b], _, shape, dtype) {
    const data = allocate(dtype, elementCount(shape)) as Float32Array;
    const [chosen, left, right] = [condition!, a!, b!].map((value) => broadcastIndex(value.shape, shape));
    for (let i = 0; i < data.length; i++) {
      const value = condition!.data[chosen!(i)] ? a!.data[left!(i)] : b!.data[right!(i)];
      data[i] = value as number;
    }
    return { dtype, shape, data };
  },
  lower: (emitter, inputs) => emitter.node("Where", inputs),
};

/** `a` where `condition` holds, `b` elsewhere; all three broadcast. */
export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  return apply(whereOperator, [condition, a, b], undefined);
}

// --- one operand --------------------------------------------------------------------------------------

export const negative: Unary = unary("negate", {
  onnx: "Neg",
  compute: (x) => -x,
  gradient: (gradient) => negate(gradient),
});

export function negate(x: Tensor): Tensor {
  const value = fillOf(x);
  return value === undefined ? negative(x) : constant(-value, x.shape as number[]);
}

export const exp: Unary = unary("exp", {
  onnx: "Exp",
  compute: Math.exp,
  gradient: (gradient, _, output) => multiply(gradient, output),
});

/** Natural logarithm. */
export const log: Unary = unary("log", {
  onnx: "Log",
  compute: Math.log,
  gradient: (gradient, x) => divide(gradient, x),
});

export const sqrt: Unary = unary("sqrt", {
  onnx: "Sqrt",
  compute: Math.sqrt,
  gradient: (gradient, _, output) => divide(multiply(gradient, constant(0.5)), output),
});

export const abs: Unary = unary("abs", {
  onnx: "Abs",
  compute: Math.abs,
  gradient: (gradient, x) => multiply(gradient, sign(x)),
});

/** −1, 0 or 1. Its gradient is zero everywhere, so none flows. */
export const sign: Unary = unary("sign", {
  // Two steps as in `positive`. ONNX Runtime has no `Sign` on WebGPU, where it would cost a trip to the CPU.
  onnx: (emitter, x) =>
    emitter.node("Sub", [
      emitter.node("HardSigmoid", [x], { alpha: STEEP, beta: 0 }),
      emitter.node("HardSigmoid", [x], { alpha: -STEEP, beta: 0 }),
    ]),
  compute: Math.sign,
  gradient: () => undefined,
});

/**
 * max(x, 0) + ln(1 + e^−|x|): ONNX Runtime's own `Softplus` is a scalar loop, five times slower than these
 * vectorised passes.
 */
function lowerSoftplus(emitter: Emitter, x: string): string {
  const one = emitter.constant({ dtype: "float32", shape: [], data: Float32Array.of(1) });
  const tail = emitter.node("Exp", [emitter.node("Neg", [emitter.node("Abs", [x])])]);
  const logarithm = emitter.node("Log", [emitter.node("Add", [tail, one])]);
  return emitter.node("Add", [emitter.node("Relu", [x]), logarithm]);
}

/** x², as a product: both runtimes do it faster than a power. */
export function square(x: Tensor): Tensor {
  return withGradient(multiply(x, x), [x], (gradient) => [multiply(multiply(gradient, constant(2)), x)]);
}

export const sigmoid: Unary = unary("sigmoid", {
  onnx: "Sigmoid",
  compute: (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))),
  gradient: (gradient, _, output) => multiply(gradient, multiply(output, subtract(constant(1), output))),
});

export const tanh: Unary = unary("tanh", {
  onnx: "Tanh",
  compute: Math.tanh,
  gradient: (gradient, _, output) => multiply(gradient, subtract(constant(1), square(output))),
});

/** ln(1 + eˣ), without overflow. */
export const softplus: Unary = unary("softplus", {
  onnx: lowerSoftplus,
  compute: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  gradient: (gradient, x) => multiply(gradient, sigmoid(x)),
});

export const crossEntropyOperator: Operator<undefined> = {
  name: "crossEntropyWithLogits",
  infer([x, logits]) {
    if (!sameShape(x!.shape, logits!.shape)) {
      throw shapeError(
        "crossEntropyWithLogits",
        `pixels ${formatShape(x!.shape)} and logits ${formatShape(logits!.shape)} differ`,
      );
    }
    return expectFloat("crossEntropyWithLogits", logits!);
  },
  // σ(l) − x in one place: the gradient never needs the logarithm that only a logged loss computes.
  gradient: ({ inputs: [x, logits], outputGradient, needs }) => [
    needs(0) ? negate(multiply(outputGradient, logits!)) : undefined,
    needs(1) ? multiply(outputGradient, subtract(sigmoid(logits!), x!)) : undefined,
  ],
  evaluate([x, logits], _, shape) {
    const [target, l] = [x!.data as Float32Array, logits!.data as Float32Array];
    const data = l.map(
      (value, i) => Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value))) - target[i]! * value,
    );
    return { dtype: "float32", shape, data };
  },
  lower(emitter, [x, logits]) {
    return emitter.node("Sub", [lowerSoftplus(emitter, logits!), emitter.node("Mul", [x!, logits!])]);
  },
};

/** Bernoulli cross-entropy of each element, from logits: ln(1 + eˡ) − x·l, in nats. */
export function crossEntropyWithLogits(x: Tensor, logits: Tensor): Tensor {
  return apply(crossEntropyOperator, [x, logits], undefined);
}

// --- element types ------------------------------------------------------------------------------------

export const castOperator: Operator<{ readonly to: DType }> = {
  name: "cast",
  infer: ([x], { to }) => ({ dtype: to, shape: x!.shape }),
  // Numbers that were integers have no gradient; nothing flows back through a cast.
  gradient: () => [undefined],
  evaluate([x], { to }, shape) {
    if (x!.dtype === "int64" || to === "int64") {
      throw shapeError("cast", `the interpreter does not cast ${x!.dtype} to ${to}`);
    }
    const data = allocate(to, x!.data.length) as Float32Array;
    const given = x!.data as Float32Array;
    data.set(to === "bool" ? given.map((value) => Number(value !== 0)) : given);
    return { dtype: to, shape, data };
  },
  lower: (emitter, inputs, { to }) => emitter.node("Cast", inputs, { to: emitter.elementType(to) }),
};

/** Changes the element type. */
export function cast(x: Tensor, to: DType): Tensor {
  return x.dtype === to ? x : apply(castOperator, [x], { to });
}
