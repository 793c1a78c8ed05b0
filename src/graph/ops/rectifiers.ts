/** Rectifiers, and the factor that their gradients are made of. */

import { apply, type GradientContext, type Operator, type Tensor } from "../tensor.ts";
import { multiply } from "./elementwise.ts";
import { expectFloat, mapValue, STEEP, type Unary, unary } from "./unary.ts";

interface SlopeAttributes {
  /** Slope for negative inputs. */
  readonly slope: number;
}

export const slopeOperator: Operator<SlopeAttributes> = {
  name: "rectifierSlope",
  infer: ([x]) => expectFloat("rectifierSlope", x!),
  gradient: () => [undefined],
  evaluate: ([x], { slope }, shape) => mapValue(x!, shape, (value) => (value > 0 ? 1 : slope)),
  lower(emitter, inputs, { slope }) {
    // A hard sigmoid, max(0, min(1, αx)), steep enough to be a step: the one vectorised pass that ONNX Runtime
    // has for this. `Sign` takes ten times as long, a comparison and a choice four times.
    const step = emitter.node("HardSigmoid", inputs, { alpha: STEEP, beta: 0 });
    if (slope === 0) return step;
    const scaled = emitter.node("Mul", [step, emitter.floats([1 - slope], [])]);
    return emitter.node("Add", [scaled, emitter.floats([slope], [])]);
  },
};

/** The derivative of a rectifier, as a factor: 1 where x > 0, else `slope`. Its own gradient is zero. */
function rectifierSlope(x: Tensor, slope: number): Tensor {
  return apply(slopeOperator, [x], { slope });
}

export const relu: Unary = unary("relu", {
  onnx: "Relu",
  compute: (x) => Math.max(x, 0),
  gradient: (gradient, _, output) => multiply(gradient, positive(output)),
});

/** 1 where x > 0, else 0; no gradient flows. */
export function positive(x: Tensor): Tensor {
  return rectifierSlope(x, 0);
}

export const leakyReluOperator: Operator<SlopeAttributes> = {
  name: "leakyRelu",
  infer: ([x]) => expectFloat("leakyRelu", x!),
  // Of the output, whose sign is the input's: the input is then wanted no more.
  gradient: ({ inputs, output, outputGradient, attributes: { slope } }: GradientContext<SlopeAttributes>) => [
    multiply(outputGradient, rectifierSlope(slope < 0 ? inputs[0]! : output, slope)),
  ],
  evaluate: ([x], { slope }, shape) => mapValue(x!, shape, (value) => (value < 0 ? slope * value : value)),
  lower: (emitter, inputs, { slope }) => emitter.node("LeakyRelu", inputs, { alpha: slope }),
};

/** x where it is positive, slope·x elsewhere. */
export function leakyRelu(x: Tensor, slope = 0.01): Tensor {
  return apply(leakyReluOperator, [x], { slope });
}
