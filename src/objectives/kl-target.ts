/**
 * ControlVAE (Shao et al. 2020, algorithm 1): a proportional–integral controller sets β at every step so that the
 * KL stays at a set point. Its integral is a buffer. Where the paper freezes the integral while β is out of bounds,
 * here it is kept within the bounds itself: the same against wind-up, and no past β need be remembered.
 */

import { z } from "zod";
import { BetalabError } from "../base/errors.ts";
import {
  add,
  constant,
  maximum,
  minimum,
  multiply,
  sigmoid,
  stopGradient,
  subtract,
} from "../graph/index.ts";
import { fill, scheduleOf } from "../nn/index.ts";
import { objective } from "./objective.ts";

const INTEGRAL = "objective.integral";

export const klTarget = objective({
  name: "klTarget",
  summary: "reconstruction + β·KL, β steered so that the KL stays at a target (ControlVAE 2020)",
  options: z.strictObject({
    target: scheduleOf(z.number().positive()).default(20).describe("the KL's set point, in nats per image"),
    proportional: z.number().nonnegative().default(0.01).describe("K_p, of K_p/(1 + exp(target − KL))"),
    integral: z
      .number()
      .positive()
      .default(0.001)
      .describe("K_i: β rises by K_i for each nat above, at each step"),
    minimum: z.number().nonnegative().default(0).describe("least β"),
    maximum: z.number().positive().default(100).describe("greatest β"),
  }),
  create(options) {
    if (options.maximum <= options.minimum) {
      throw new BetalabError(
        "config",
        `objective.maximum is ${options.maximum}: it must be greater than objective.minimum, ${options.minimum}`,
      );
    }
    return {
      scalars: { target: options.target },
      loss({ reconstruction, kl, context, scalar }) {
        const excess = subtract(stopGradient(kl), scalar("target"));
        const proportional = multiply(sigmoid(excess), constant(options.proportional));
        const before = context.buffer(INTEGRAL, [], fill(0));
        const range = options.maximum - options.minimum;
        const moved = add(before, multiply(excess, constant(options.integral)));
        const integral = minimum(maximum(moved, constant(0)), constant(range));
        context.updateBuffer(INTEGRAL, integral);
        const free = add(add(proportional, integral), constant(options.minimum));
        const beta = minimum(free, constant(options.maximum));
        return { loss: add(reconstruction, multiply(beta, kl)), terms: { beta } };
      },
    };
  },
});
