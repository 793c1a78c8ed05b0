/**
 * Soft free bits (Dehban et al. 2017; Chen et al. 2017): each latent's KL has a weight γ_d of its own,
 * lowered while the latent carries less than λ nats and raised while it carries more. The weights are a buffer: they
 * start at random from the run's seed and go into every checkpoint.
 */

import { z } from "zod";
import { add, constant, less, maximum, minimum, multiply, stopGradient, sum, where } from "../graph/index.ts";
import { scheduleOf, uniform } from "../nn/index.ts";
import { objective } from "./objective.ts";

const WEIGHTS = "objective.gamma";
/** A weight that falls on and on would end at 0, or so near it that float32 rounds every rise away: it could not come back. */
const LEAST_WEIGHT = 1e-30;

export const softFreeBits = objective({
  name: "softFreeBits",
  summary: "reconstruction + Σ_d γ_d·KL_d, each γ_d steering its latent towards λ nats (Dehban 2017)",
  options: z.strictObject({
    lambda: scheduleOf(z.number().positive()).default(0.5).describe("nats that each latent should carry"),
    tolerance: z.number().min(0).lt(1).default(0.1).describe("τ: within (1 ± τ)·λ a weight rests"),
    rate: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.1)
      .describe("r: a weight is multiplied by 1 − r or 1 + r at a step"),
  }),
  create: ({ lambda, tolerance, rate }) => ({
    standardPriorOnly: "weighs the KL of each latent by itself",
    scalars: { lambda },
    loss({ reconstruction, klPerDimension, context, scalar }) {
      const before = context.buffer(WEIGHTS, klPerDimension.shape as number[], uniform(0, 1));
      const kl = stopGradient(klPerDimension);
      const bound = (factor: number) => multiply(scalar("lambda"), constant(factor));
      const lowered = where(less(bound(1 - tolerance), kl), constant(1), constant(1 - rate));
      const raised = where(less(kl, bound(1 + tolerance)), constant(1), constant(1 + rate));
      const moved = multiply(before, multiply(lowered, raised));
      // The weight that this step's KL_d set weighs this same step.
      const gamma = minimum(maximum(moved, constant(LEAST_WEIGHT)), constant(1));
      context.updateBuffer(WEIGHTS, gamma);
      return { loss: add(reconstruction, sum(multiply(gamma, klPerDimension))), terms: { gamma } };
    },
  }),
});
