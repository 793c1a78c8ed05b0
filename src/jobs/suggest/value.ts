/** A suggestion as data. */

import { z } from "zod";
import { float, list } from "../../runs/index.ts";

const probeFacts = z.object({
  kl: float.describe("KL of held-out images"),
  klBefore: float.optional().describe("one epoch earlier; absent after a single epoch"),
  reconstruction: float.describe("−ln p(x|z) of held-out images"),
  reconstructionBefore: float.optional().describe("one epoch earlier; absent after a single epoch"),
  latents: list(
    z.object({
      dimension: z.int().describe("index of the latent, from 0"),
      kl: float.describe("of this latent"),
      gain: float.describe("increase of −ln p(x|z) when the latent is held at its mean over the images"),
    }),
  ).describe("the largest KL first"),
  dimensions: z.int().describe("pixels × channels of an image"),
  latentDim: z.int().describe("latents of the model"),
  epochs: z.int().describe("that the probe was trained"),
});

export type ProbeFacts = z.output<typeof probeFacts>;

export const suggestionValue = z.object({
  path: z.string().describe("the probe, an ordinary run"),
  beta: z
    .object({
      value: z.number().describe("β"),
      betaNorm: z.number().describe("β·M/N for M latents and N pixels × channels"),
    })
    .describe("the suggestion"),
  betas: list(z.number()).describe("worth a sweep, ascending, 1 first"),
  capacity: z
    .object({
      maximum: z.number().describe("C in nats"),
      gamma: z.number().describe("γ, the weight of |KL − C|"),
    })
    .optional()
    .describe("absent when no latent is in use: there is nothing to control"),
  reasons: list(z.string()).describe("one step of the argument each"),
  caveats: list(z.string()).describe("what speaks against trusting it"),
  trainings: z
    .array(z.object({ set: z.array(z.string()).describe("key=value, as `set` takes it") }))
    .describe("what to train the same subject with: at β, and with the capacity"),
  sweep: z
    .object({
      config: z
        .union([z.string(), z.record(z.string(), z.unknown()).readonly()])
        .describe("the subject that was probed"),
      set: z.record(z.string(), z.unknown()).optional().describe("what was set beside it, by config key"),
      grid: z.record(z.string(), z.array(z.number())).describe("values by config key"),
      seeds: z.int().describe("runs of each setting"),
      // biome-ignore lint/suspicious/noThenProperty: the word of the file; nobody awaits it
      then: z.array(z.string()).describe("jobs for each run"),
    })
    .describe("a sweep over the betas, as a sweep's file holds it"),
  facts: probeFacts.describe("what the probe showed, in nats per image"),
});

export type SuggestionValue = z.output<typeof suggestionValue>;
