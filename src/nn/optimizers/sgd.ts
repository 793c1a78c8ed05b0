/** Stochastic gradient descent with momentum (Polyak 1964; Nesterov 1983, as in Sutskever et al. 2013), PyTorch's form. */

import { z } from "zod";
import { constant, multiplyAdd } from "../../graph/index.ts";
import { type Link, zeros } from "./chain.ts";
import { common, descend, optimizer } from "./optimizer.ts";

/** The discounted sum of the updates, Σ μᵗ⁻ⁱ gᵢ; with `nesterov`, g + μ·sum, where the next step would lead. */
export const accumulateMomentum = (momentum: number, nesterov: boolean): Link => ({
  state: { momentum: zeros },
  each(update, own) {
    const sum = multiplyAdd(own.kept("momentum"), constant(momentum), update);
    own.keep("momentum", sum);
    return nesterov ? multiplyAdd(sum, constant(momentum), update) : sum;
  },
});

export const sgd = optimizer({
  name: "sgd",
  summary: "plain gradient descent, with momentum",
  options: z.strictObject({
    ...common,
    momentum: z
      .number()
      .min(0)
      .lt(1)
      .default(0.9)
      .describe("μ, decay of the sum of gradients; 0: none is kept"),
    nesterov: z.boolean().default(false).describe("looks one step ahead (Nesterov 1983)"),
  }),
  create: (given) =>
    descend(given, given.momentum === 0 ? undefined : accumulateMomentum(given.momentum, given.nesterov)),
});
