/**
 * Optimisers as graph: gradients in, updated parameters and moments out. Weight decay and clipping are
 * functions of gradients that come before, as in Optax: they compose and know nothing of Adam.
 */

import {
  add,
  constant,
  divide,
  minimum,
  multiply,
  multiplyAdd,
  sqrt,
  square,
  sum,
  type Tensor,
} from "../graph/index.ts";
import type { StateSpec } from "./context.ts";
import { fill } from "./initializers.ts";

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/**
 * The moments that Adam keeps for a parameter. Both are stored as plain discounted sums, Σ βᵗ⁻ⁱ gᵢ and
 * Σ βᵗ⁻ⁱ gᵢ²: the factors 1 − β of the paper's moving averages go into the scalars, which saves three passes
 * over every parameter.
 */
export function adamState({ name, shape }: StateSpec): { first: StateSpec; second: StateSpec } {
  const spec = (moment: string): StateSpec => ({
    name: `${moment}.${name}`,
    shape,
    initializer: fill(0),
    kind: "moment",
  });
  return { first: spec("firstMoment"), second: spec("secondMoment") };
}

/**
 * The two numbers that Adam needs anew at every step, bias correction included: `descent`, below 0, is what the
 * direction is multiplied by before it is added to the parameter.
 *
 * @param t number of the update, 1 for the first
 */
export function adamScalars(
  { beta1, beta2, epsilon }: AdamOptions,
  learningRate: number,
  t: number,
): { descent: number; epsilon: number } {
  // √(second sum)·root is the root of the bias-corrected second moment; dividing by it moves root outside.
  const root = Math.sqrt((1 - beta2) / (1 - beta2 ** t));
  return { descent: (-learningRate * (1 - beta1)) / ((1 - beta1 ** t) * root), epsilon: epsilon / root };
}

/** Adam (Kingma & Ba 2015, algorithm 1), equal to PyTorch's up to rounding. `scalars` are those of `adamScalars`. */
export function adam(
  parameter: Tensor,
  gradient: Tensor,
  moments: { readonly first: Tensor; readonly second: Tensor },
  { beta1, beta2 }: AdamOptions,
  scalars: { readonly descent: Tensor; readonly epsilon: Tensor },
): { parameter: Tensor; first: Tensor; second: Tensor } {
  const first = multiplyAdd(moments.first, constant(beta1), gradient);
  const second = multiplyAdd(moments.second, constant(beta2), square(gradient));
  const direction = divide(first, add(sqrt(second), scalars.epsilon));
  return { parameter: multiplyAdd(direction, scalars.descent, parameter), first, second };
}

/** L2 weight decay as PyTorch's `Adam(weight_decay)`: added to the gradient, not decoupled. */
export function decayWeights(parameter: Tensor, gradient: Tensor, weightDecay: number): Tensor {
  return weightDecay === 0 ? gradient : add(gradient, multiply(parameter, constant(weightDecay)));
}

/**
 * Scales all gradients together so that their global norm is at most `limit` (Pascanu et al. 2013; PyTorch's
 * `clip_grad_norm_`, with its 1e-6 in the denominator).
 */
export function clipGlobalNorm(gradients: readonly Tensor[], limit: number): Tensor[] {
  const squares = gradients.map((gradient) => sum(square(gradient)));
  const norm = sqrt(squares.reduce((total, one) => add(total, one)));
  const factor = minimum(constant(1), divide(constant(limit), add(norm, constant(1e-6))));
  return gradients.map((gradient) => multiply(gradient, factor));
}
