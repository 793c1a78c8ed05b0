/**
 * Batch normalisation, with the gradient that is written out in the paper (Ioffe & Szegedy 2015, section 3).
 * Differentiating the forward pass step by step gives the same numbers in twice as many passes over the data.
 */

import type { Tensor } from "../tensor.ts";
import { staticShape } from "../types.ts";
import { withGradient } from "./custom-gradient.ts";
import { add, divide, multiply, negate, sqrt, square } from "./elementwise.ts";
import { reshape } from "./layout.ts";
import { multiplyAdd } from "./multiply-add.ts";
import { mean, sum } from "./reduce.ts";
import { constant } from "./source.ts";

/** Everything but the channel. */
const AXES = [0, 2, 3];

export interface NormalizedBatch {
  /** `[batch, channel, height, width]`: gain·(x − mean)/√(variance + ε) + bias. */
  readonly normalized: Tensor;
  /** `[channel]`; no gradient flows through it. */
  readonly mean: Tensor;
  /** `[channel]`, over the batch (divided by its size); no gradient flows through it. */
  readonly variance: Tensor;
}

/**
 * @param x `[batch, channel, height, width]`, of sizes that are numbers
 * @param gain `[channel]`
 * @param bias `[channel]`
 */
export function normalizeBatch(x: Tensor, gain: Tensor, bias: Tensor, epsilon: number): NormalizedBatch {
  const [batch, channels, height, width] = staticShape("normalizeBatch", x.shape) as [
    number,
    number,
    number,
    number,
  ];
  const perElement = constant(1 / (batch * height * width));
  const spread = (perChannel: Tensor) => reshape(perChannel, [1, channels, 1, 1]);
  const centre = mean(x, AXES);
  const centred = multiplyAdd(x, constant(1), spread(negate(centre)));
  const variance = mean(square(centred), AXES);
  const inverse = divide(constant(1), sqrt(add(variance, constant(epsilon))));
  const scale = multiply(gain, inverse);
  const value = multiplyAdd(centred, spread(scale), spread(bias));
  const normalized = withGradient(value, [x, gain, bias], (g) => {
    const forBias = sum(g, AXES);
    const forGain = multiply(sum(multiply(g, centred), AXES), inverse);
    // scale·(g − mean(g) − n·mean(g·n)) with n = centred·inverse
    const slope = negate(multiply(multiply(scale, inverse), multiply(forGain, perElement)));
    const shift = negate(multiply(scale, multiply(forBias, perElement)));
    const forInput = multiplyAdd(g, spread(scale), multiplyAdd(centred, spread(slope), spread(shift)));
    return [forInput, forGain, forBias];
  });
  return { normalized, mean: centre, variance };
}
