/**
 * Aggressive training of a lagging inference network (He et al. 2019, algorithm 1): before each step of the decoder
 * the encoder is trained until its loss no longer falls, on batches of its own, for as long as the mutual information
 * I_q(x; z) of held-out images still climbs; from then on both take plain steps together.
 */

import { z } from "zod";
import { scheduleOf } from "../nn/index.ts";
import { beta as betaObjective } from "./beta.ts";
import { modelGroup, objective } from "./objective.ts";
import type { Memory, Routine } from "./routine.ts";

const ENCODER = "encoder";

export const lagging = objective({
  name: "lagging",
  summary: "reconstruction + β·KL, the encoder trained ahead of the decoder at first (He 2019)",
  options: z.strictObject({
    beta: scheduleOf(z.number().nonnegative())
      .default({ schedule: "linear", start: 0.1, end: 1, from: 0, to: 10, unit: "epoch" })
      .describe("weight of the KL"),
    innerSteps: z.int().min(1).default(100).describe("most encoder updates before one step"),
    checkEvery: z.int().min(1).max(64).default(10).describe("encoder updates whose mean loss is compared"),
    patience: z
      .int()
      .min(1)
      .default(5)
      .describe("epochs without a new highest mutual information after which plain training begins"),
  }),
  create: ({ beta, innerSteps, checkEvery, patience }) => ({
    ...betaObjective.create({ beta }),
    groups: [{ name: ENCODER }],
    routine: aggressive(innerSteps, checkEvery, patience),
  }),
});

/** Memory: `aggressive`, 1 or 0; `best` mutual information so far, in nats; `misses`, epochs since. */
function aggressive(atMost: number, checkEvery: number, patience: number): Routine {
  return {
    initial: { aggressive: 1, best: 0, misses: 0 },
    plan: (memory: Memory) =>
      memory.aggressive === 1
        ? { groups: [modelGroup], inner: { groups: [ENCODER], atMost, checkEvery } }
        : {},
    afterEpoch({ aggressive, best, misses }, { mutualInformation }) {
      const climbed = mutualInformation > best!;
      const missed = climbed ? 0 : misses! + 1;
      return {
        aggressive: missed >= patience ? 0 : aggressive!,
        best: climbed ? mutualInformation : best!,
        misses: missed,
      };
    },
  };
}
