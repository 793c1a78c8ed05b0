/** Adam (Kingma & Ba 2015) and AdamW, its decoupled form (Loshchilov & Hutter 2019), equal to PyTorch's up to rounding. */

import { z } from "zod";
import { add, constant, divide, multiplyAdd, sqrt, square } from "../../graph/index.ts";
import { type Link, zeros } from "./chain.ts";
import { common, descend, optimizer } from "./optimizer.ts";

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/**
 * The first moment over the root of the second, both corrected for their start at 0. They are kept as plain
 * discounted sums, Σ βᵗ⁻ⁱ gᵢ and Σ βᵗ⁻ⁱ gᵢ²: the factors 1 − β of the paper's moving averages and the bias correction
 * go into the two numbers that are fed, which saves three passes over every parameter.
 */
export function scaleByAdam({ beta1, beta2, epsilon }: AdamOptions): Link {
  // √(second sum)·root is the root of the bias-corrected second moment; dividing by it moves root outside.
  const root = (t: number) => Math.sqrt((1 - beta2) / (1 - beta2 ** t));
  return {
    state: { firstMoment: zeros, secondMoment: zeros },
    scalars: { epsilon: ({ t }) => epsilon / root(t) },
    factor: ({ t }) => (1 - beta1) / ((1 - beta1 ** t) * root(t)),
    each(update, own) {
      const first = multiplyAdd(own.kept("firstMoment"), constant(beta1), update);
      const second = multiplyAdd(own.kept("secondMoment"), constant(beta2), square(update));
      own.keep("firstMoment", first);
      own.keep("secondMoment", second);
      return divide(first, add(sqrt(second), own.scalar("epsilon")));
    },
  };
}

const options = {
  ...common,
  beta1: z.number().min(0).lt(1).default(0.9).describe("decay of the mean of the gradients"),
  beta2: z.number().min(0).lt(1).default(0.999).describe("decay of the mean of the squared gradients"),
  epsilon: z.number().positive().default(1e-8).describe("added to the root of the squared gradients' mean"),
};

export const adam = optimizer({
  name: "adam",
  summary: "adaptive moments (Kingma & Ba 2015)",
  options: z.strictObject(options),
  create: (given) => descend(given, scaleByAdam(given)),
});

export const adamw = optimizer({
  name: "adamw",
  summary: "Adam with decoupled weight decay (Loshchilov & Hutter 2019)",
  options: z.strictObject({
    ...options,
    weightDecay: z
      .number()
      .nonnegative()
      .default(0.01)
      .describe("the part of each weight that a step of rate 1 takes away"),
  }),
  create: (given) => descend({ ...given, weightDecay: 0 }, scaleByAdam(given), given.weightDecay),
});
