/** Links that any optimiser may have: before its own (clipping, L2), after it (the rate), and beside it (averages). */

import {
  add,
  constant,
  divide,
  minimum,
  multiply,
  multiplyAdd,
  sqrt,
  square,
  subtract,
  sum,
} from "../../graph/index.ts";
import { type Schedule, valueAt } from "../schedules.ts";
import type { Link } from "./chain.ts";

/**
 * Scales all updates of a group together so that their global norm is at most `limit` (Pascanu et al. 2013; PyTorch's
 * `clip_grad_norm_`, with its 1e-6 in the denominator).
 */
export const clipGlobalNorm = (limit: number): Link => ({
  together(updates) {
    const squares = updates.map((update) => sum(square(update)));
    const norm = sqrt(squares.reduce((total, one) => add(total, one)));
    const factor = minimum(constant(1), divide(constant(limit), add(norm, constant(1e-6))));
    return updates.map((update) => multiply(update, factor));
  },
});

/**
 * Adds `rate` times the parameter to its update. Before an optimiser's own link that is L2 as in PyTorch's
 * `Adam(weight_decay)`; after it, it is decoupled (Loshchilov & Hutter 2019).
 */
export const decayWeights = (rate: number): Link => ({
  each: (update, { parameter }) => add(update, multiply(parameter, constant(rate))),
});

/** Goes against the update by the learning rate. */
export const scaleByRate = (learningRate: Schedule): Link => ({
  learningRate,
  factor: ({ position }) => -valueAt(learningRate, position),
});

const AVERAGE = "average";

/** The state tensor that holds the average of a parameter, where the optimiser keeps one. */
export const averageOf = (parameter: string): string => `${AVERAGE}.${parameter}`;

/**
 * Keeps an exponential moving average of the weights (Polyak & Juditsky 1992), which starts at the first weights. The
 * decay of update t is min(decay, (1 + t)/(10 + t)), so that those are soon forgotten (as TensorFlow's
 * `ExponentialMovingAverage(num_updates)`).
 */
export const averageWeights = (decay: number): Link => ({
  state: {
    [AVERAGE]: ({ name, initializer }) => ({
      kind: "average",
      initializer: (data, { seed }) => initializer(data, { name, seed }),
    }),
  },
  scalars: { averaging: ({ t }) => Math.min(decay, (1 + t) / (10 + t)) },
  after(moved, own) {
    const behind = subtract(own.kept(AVERAGE), moved);
    own.keep(AVERAGE, multiplyAdd(behind, own.scalar("averaging"), moved));
  },
});
