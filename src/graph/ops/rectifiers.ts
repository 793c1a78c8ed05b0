/** Rectifiers, and the factor that their gradients are made of. */

import { apply, type GradientContext, type Operator, type Tensor } from "../tensor.ts";
import { add, multiply } from "./elementwise.ts";
import { constant } from "./source.ts";
import { expectFloat, mapValue, unary } from "./unary.ts";

export const relu: (x: Tensor) => Tensor = unary("relu", {
  onnx: "Relu",
  compute: (x) => Math.max(x, 0),
  gradient: (gradient, _, output) => multiply(gradient, positive(output)),
});

const positiveOperator: Operator<undefined> = {
  name: "positive",
  infer: ([x]) => expectFloat("positive", x!),
  evaluate: ([x], _, shape) => mapValue(x!, shape, (value) => (value > 0 ? 1 : 0)),
  // A hard sigmoid, max(0, min(1, αx)), steep enough to be a step: the one vectorised pass that ONNX Runtime
  // has for this. `Sign` takes ten times as long, a comparison and a choice four times.
  lower: (emitter, inputs) => emitter.node("HardSigmoid", inputs, { alpha: 3e38, beta: 0 }),
};

/** 1 where x > 0, else 0: the derivative of a ReLU, as a factor. Its own gradient is zero, so none flows. */
export function positive(x: Tensor): Tensor {
  return apply(positiveOperator, [x], undefined);
}

interface SlopeAttributes {
  /** Slope for negative inputs. */
  readonly slope: number;
}

const leakyReluOperator: Operator<SlopeAttributes> = {
  name: "leakyRelu",
  infer: ([x]) => expectFloat("leakyRelu", x!),
  gradient: ({ inputs, outputGradient, attributes }: GradientContext<SlopeAttributes>) => [
    // slope + (1 − slope) where the input is positive: two products and a sum, all of them vectorised.
    multiply(
      outputGradient,
      add(multiply(positive(inputs[0]!), constant(1 - attributes.slope)), constant(attributes.slope)),
    ),
  ],
  evaluate: ([x], { slope }, shape) => mapValue(x!, shape, (value) => (value < 0 ? slope * value : value)),
  lower: (emitter, inputs, { slope }) => emitter.node("LeakyRelu", inputs, { alpha: slope }),
};

/** x where it is positive, slope·x elsewhere. */
export function leakyRelu(x: Tensor, slope = 0.01): Tensor {
  return apply(leakyReluOperator, [x], { slope });
}
