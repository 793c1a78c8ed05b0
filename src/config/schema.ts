/**
 * The config: one schema, put together from what each registry says of its own keys. It validates files and
 * flags, and gives help and JSON Schema; a new architecture, objective or data source appears here by itself.
 */

import { z } from "zod";
import { dataConfigSchema } from "../data/node.ts";
import { architectures, likelihoods } from "../models/index.ts";
import { objectives, scheduleOf } from "../objectives/index.ts";
import { devices } from "../runtime/index.ts";

const likelihood = z.discriminatedUnion(
  "kind",
  variants(likelihoods, (one) => z.strictObject({ kind: z.literal(one.kind), ...one.options.shape })),
);

const model = z.discriminatedUnion(
  "architecture",
  variants(architectures, (one) =>
    z.strictObject({
      architecture: z.literal(one.name),
      ...one.options.shape,
      latentDim: z.int().min(1).default(10).describe("number of latent dimensions"),
      likelihood: likelihood.default({ kind: "bernoulli" }),
    }),
  ),
);

const objective = z.discriminatedUnion(
  "kind",
  variants(objectives, (one) => z.strictObject({ kind: z.literal(one.kind), ...one.options.shape })),
);

const optimizer = z.strictObject({
  learningRate: scheduleOf(z.number().positive(), z.number().nonnegative())
    .default(1e-3)
    .describe("a number, or a schedule"),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.999),
  epsilon: z.number().positive().default(1e-8),
  weightDecay: z
    .number()
    .nonnegative()
    .default(0)
    .describe("L2, added to the gradient as PyTorch's Adam does"),
  clipNorm: z.number().positive().optional().describe("largest global norm of the gradient"),
});

const training = z.strictObject({
  epochs: z.int().min(1).default(10),
  stepsPerCall: z.int().min(1).max(64).default(4).describe("optimiser steps in one call to the runtime"),
  checkpointMinutes: z
    .number()
    .positive()
    .default(5)
    .describe("a checkpoint within an epoch when the last is older; every epoch ends with one anyway"),
});

export const configSchema = z.strictObject({
  name: z.string().min(1).describe("what the run directory is called unless --out says otherwise"),
  seed: z.int().nonnegative().default(0),
  device: z.enum(devices as ["cpu", "webgpu", "cuda"]).default("cpu"),
  threads: z.int().min(1).optional().describe("threads for one operator; default: all cores"),
  data: dataConfigSchema,
  model,
  objective: objective.default({ kind: "beta", beta: 1 }),
  optimizer: optimizer.prefault({}),
  training: training.prefault({}),
});

/** A config with every default filled in. */
export type Config = z.output<typeof configSchema>;
/** A config as a person writes it. */
export type ConfigInput = z.input<typeof configSchema>;

/** A tuple of schemas out of a registry, with each one's exact type: what `discriminatedUnion` wants. */
function variants<T extends readonly unknown[], S extends z.core.$ZodTypeDiscriminable>(
  registry: T,
  make: (one: T[number]) => S,
): [S, ...S[]] {
  return registry.map((one) => make(one)) as [S, ...S[]];
}
