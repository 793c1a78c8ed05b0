/** An optimiser: Lion (Chen et al. 2023, algorithm 2), as one link of a chain. */

import { add, constant, multiply, sign } from "betalab/graph";
import { chain, decayWeights, optimizer, scaleByRate, scheduleOf, zeros } from "betalab/nn";
import { z } from "zod";

/**
 * The sign of β₁·m + (1 − β₁)·g; then m becomes β₂·m + (1 − β₂)·g.
 *
 * @type {(betas: { beta1: number, beta2: number }) => import("betalab/nn").Link}
 */
const scaleByLion = ({ beta1, beta2 }) => ({
  state: { momentum: zeros },
  each(gradient, own) {
    const mix = (/** @type {number} */ beta) =>
      add(multiply(own.kept("momentum"), constant(beta)), multiply(gradient, constant(1 - beta)));
    own.keep("momentum", mix(beta2));
    return sign(mix(beta1));
  },
});

const decay = z.number().min(0).lt(1);

export const lion = optimizer({
  name: "lion",
  summary: "steps by the sign of the momentum (Chen et al. 2023)",
  options: z.strictObject({
    learningRate: scheduleOf(z.number().positive()).default(1e-3).describe("a number, or a schedule"),
    beta1: decay.default(0.9).describe("weight of the momentum in a step"),
    beta2: decay.default(0.99).describe("decay of the momentum"),
    weightDecay: z.number().nonnegative().default(0).describe("decoupled, as AdamW's"),
  }),
  create: ({ learningRate, weightDecay, ...betas }) =>
    chain(scaleByLion(betas), decayWeights(weightDecay), scaleByRate(learningRate)),
});
