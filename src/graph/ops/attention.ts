/** Softmax, and the attention that it weighs: compositions, on which every engine has its quick operators. */

import type { Tensor } from "../tensor.ts";
import { staticSize } from "../types.ts";
import { stopGradient, withGradient } from "./custom-gradient.ts";
import { divide, exp, multiply, subtract } from "./elementwise.ts";
import { matmul } from "./linear.ts";
import { max, sum } from "./reduce.ts";
import { constant } from "./source.ts";

/** eˣ over the sum of its last axis, without overflow. */
export function softmax(x: Tensor): Tensor {
  const powers = exp(subtract(x, stopGradient(max(x, [-1], true))));
  const value = divide(powers, sum(powers, [-1], true));
  return withGradient(value, [x], (g) => [multiply(value, subtract(g, sum(multiply(g, value), [-1], true)))]);
}

/**
 * softmax(QᵀK/√d)Vᵀ, transposed (Vaswani et al. 2017, equation 1): of each query the values, weighed by how well their
 * keys fit.
 *
 * @param query `[batch, depth, queries]`
 * @param key `[batch, depth, positions]`
 * @param value `[batch, channels, positions]`
 * @returns `[batch, channels, queries]`
 */
export function attention(query: Tensor, key: Tensor, value: Tensor): Tensor {
  const depth = staticSize("attention", query.shape, 1);
  const scores = matmul(multiply(query, constant(1 / Math.sqrt(depth))), key, true, false);
  return matmul(value, softmax(scores), false, true);
}
