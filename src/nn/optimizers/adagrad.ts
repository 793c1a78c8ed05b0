/** Adagrad (Duchi et al. 2011), with which Higgins et al. 2017 trained on dSprites; PyTorch's form. */

import { z } from "zod";
import { add, constant, divide, sqrt, square } from "../../graph/index.ts";
import { fill } from "../initializers.ts";
import type { Link } from "./chain.ts";
import { common, descend, optimizer } from "./optimizer.ts";

/** The update over the root of the sum of all squared ones so far. */
export const scaleByAdagrad = (initial: number, epsilon: number): Link => ({
  state: { squares: () => ({ kind: "moment", initializer: fill(initial) }) },
  each(update, own) {
    const squares = add(own.kept("squares"), square(update));
    own.keep("squares", squares);
    return divide(update, add(sqrt(squares), constant(epsilon)));
  },
});

export const adagrad = optimizer({
  name: "adagrad",
  summary: "a rate for each weight that falls with its gradients' sum of squares (Duchi 2011)",
  options: z.strictObject({
    ...common,
    learningRate: common.learningRate.default(1e-2),
    initial: z.number().nonnegative().default(0).describe("what the sums of squares start at"),
    epsilon: z.number().positive().default(1e-10).describe("added to the root of the sum of squares"),
  }),
  create: (given) => descend(given, scaleByAdagrad(given.initial, given.epsilon)),
});
