/** AdaMax (Kingma & Ba 2015, algorithm 2): Adam with the largest gradient in place of the root mean square; PyTorch's form. */

import { z } from "zod";
import { abs, add, constant, divide, maximum, multiply, multiplyAdd } from "../../graph/index.ts";
import { type AdamOptions, adam } from "./adam.ts";
import { type Link, zeros } from "./chain.ts";
import { common, descend, optimizer } from "./optimizer.ts";

/** The first moment, kept as a discounted sum as Adam's is, over the discounted largest |g| + ε. */
export const scaleByAdamax = ({ beta1, beta2, epsilon }: AdamOptions): Link => ({
  state: { firstMoment: zeros, largest: zeros },
  factor: ({ t }) => (1 - beta1) / (1 - beta1 ** t),
  each(update, own) {
    const first = multiplyAdd(own.kept("firstMoment"), constant(beta1), update);
    const faded = multiply(own.kept("largest"), constant(beta2));
    const largest = maximum(faded, add(abs(update), constant(epsilon)));
    own.keep("firstMoment", first);
    own.keep("largest", largest);
    return divide(first, largest);
  },
});

export const adamax = optimizer({
  name: "adamax",
  summary: "Adam by the largest gradient instead of the mean square (Kingma & Ba 2015)",
  options: z.strictObject({
    ...adam.options.shape,
    learningRate: common.learningRate.default(2e-3),
    beta2: adam.options.shape.beta2.describe("decay of the largest gradient"),
    epsilon: adam.options.shape.epsilon.describe("added to the gradient's size"),
  }),
  create: (given) => descend(given, scaleByAdamax(given)),
});
