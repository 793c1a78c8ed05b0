/** What an optimiser is to a config: its options and the chain that they make. */

import { z } from "zod";
import type { Definition } from "../../base/definitions.ts";
import { scheduleOf } from "../schedules.ts";
import { type Chain, chain, type Link } from "./chain.ts";
import { averageWeights, clipGlobalNorm, decayWeights, scaleByRate } from "./links.ts";

/** The config's section `optimizer` names it as `kind`, beside its options. */
export interface Optimizer<Name extends string = string, Options extends z.ZodObject = z.ZodObject>
  extends Definition<Name, Options> {
  create(options: z.output<Options>): Chain;
}

/** Keeps the exact types of name and options, from which a config's are made. */
export function optimizer<const Name extends string, Options extends z.ZodObject>(
  definition: Optimizer<Name, Options>,
): Optimizer<Name, Options> {
  return definition;
}

/** The options that every optimiser has. */
export const common = {
  learningRate: scheduleOf(z.number().positive(), z.number().nonnegative())
    .default(1e-3)
    .describe("a number, or a schedule"),
  weightDecay: z
    .number()
    .nonnegative()
    .default(0)
    .describe("L2, added to the gradient as PyTorch's Adam does"),
  clipNorm: z.number().positive().optional().describe("largest global norm of the gradient"),
  averaging: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe(
      "decay of an exponential moving average of the weights, which evaluation, pictures and exports then use; default: none",
    ),
};

export type CommonOptions = z.output<z.ZodObject<typeof common>>;

/**
 * Clipping and L2 before the optimiser's own link, the rate and the averages after it.
 *
 * @param decoupled weight decay that is not part of the gradient
 */
export function descend(options: CommonOptions, own: Link | undefined, decoupled = 0): Chain {
  const { clipNorm, weightDecay, learningRate, averaging } = options;
  return chain(
    clipNorm === undefined ? undefined : clipGlobalNorm(clipNorm),
    weightDecay === 0 ? undefined : decayWeights(weightDecay),
    own,
    decoupled === 0 ? undefined : decayWeights(decoupled),
    scaleByRate(learningRate),
    averaging === undefined ? undefined : averageWeights(averaging),
  );
}
