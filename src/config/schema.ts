/**
 * The config: one schema, put together from what each registry says of its own keys. It validates files and options,
 * and gives help and JSON Schema; a new architecture, objective or data source appears here by itself.
 */

import { z } from "zod";
import type { Definition } from "../base/definitions.ts";
import { type DataSection, sharedOptions as dataOptions } from "../data/index.ts";
import type { ModelDescription } from "../models/index.ts";
import type { Schedule } from "../nn/index.ts";
import { devices } from "../runtime/index.ts";
import { monitors } from "../training/index.ts";
import type { Registries } from "./registries.ts";

/** A config with every default filled in. What a variant has of its own is the business of who defined it. */
export interface Config extends Readonly<z.output<z.ZodObject<typeof general>>> {
  readonly data: DataSection;
  readonly model: ModelDescription;
  readonly objective: { readonly kind: string; readonly [option: string]: unknown };
  readonly optimizer: {
    readonly kind: string;
    readonly learningRate: Schedule;
    readonly averaging?: number | undefined;
    readonly [option: string]: unknown;
  };
  readonly training: Readonly<z.output<typeof training>>;
}

/** The keys that choose a section's variant. */
export const discriminators: Readonly<Record<string, string>> = {
  data: "source",
  model: "architecture",
  "model.likelihood": "kind",
  "model.prior": "kind",
  objective: "kind",
  optimizer: "kind",
};

/** What a section is when nobody chooses its variant. */
export const defaultVariants: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "model.likelihood": { kind: "bernoulli" },
  objective: { kind: "beta", beta: 1 },
  optimizer: { kind: "adam" },
};

/**
 * A name becomes a folder: one segment of a path, on every system, that no shell takes for an option and no listing
 * hides.
 */
export const folderName = z
  .string()
  .min(1)
  .max(128)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  .regex(/^(?![.\-\s])[^/\\<>:"|?*\u0000-\u001f\u007f]+(?<![.\s])$/, {
    error:
      "expected a folder's name: no / \\ < > : \" | ? *, no dot, dash or space in front, no dot or space at the end",
  });

export const training = z.strictObject({
  epochs: z.int().min(1).default(10).describe("passes through the training images"),
  stepsPerCall: z.int().min(1).max(64).default(4).describe("training steps in one call to the runtime"),
  accumulate: z
    .int()
    .min(1)
    .default(1)
    .describe(
      "parts that a batch is taken in, for the memory of one: the same step, one a call; divides data.batchSize",
    ),
  checkpointMinutes: z
    .number()
    .positive()
    .default(5)
    .describe("a checkpoint within an epoch when the last is older; every epoch ends with one anyway"),
  monitor: z
    .enum(monitors)
    .default("negativeElbo")
    .describe("the held-out value by which epochs are compared, the lowest being best"),
  stopAfter: z
    .int()
    .min(1)
    .optional()
    .describe("epochs without a new best one after which training ends; default: it runs to its end"),
  keepBest: z
    .boolean()
    .default(false)
    .describe("the weights of the best epoch are exported and opened instead of the last ones"),
});

export const general = {
  name: folderName.describe("what the run directory is called unless another is given"),
  seed: z.int().nonnegative().default(0).describe("of all random numbers of the run"),
  device: z
    .enum(devices as ["cpu", "webgpu", "cuda"])
    .default("cpu")
    .describe("where the steps are computed"),
  threads: z.int().min(1).max(1024).optional().describe("threads for one operator; default: all cores"),
};

/** How the variants of a section become one schema. */
type Union = (discriminator: string, variants: readonly z.ZodObject[]) => z.ZodType;

function sections(registries: Registries, union: Union) {
  const choose = (section: string, definitions: readonly Definition[], shared: z.ZodRawShape = {}) => {
    const key = discriminators[section]!;
    const variants = definitions.map(({ name, options }) =>
      z.strictObject({ [key]: z.literal(name), ...options.shape, ...shared }),
    );
    const schema = union(key, variants);
    return section in defaultVariants ? schema.prefault(defaultVariants[section]!) : schema;
  };
  return {
    data: choose("data", registries.sources, dataOptions),
    model: choose("model", registries.architectures, {
      latentDim: z.int().min(1).default(10).describe("number of latent dimensions"),
      likelihood: choose("model.likelihood", registries.likelihoods),
      prior: choose("model.prior", registries.priors).optional().describe("of the latents; default: N(0, I)"),
    }),
    objective: choose("objective", registries.objectives),
    optimizer: choose("optimizer", registries.optimizers),
    training: training.prefault({}),
  };
}

/** What a whole config must be. */
export function configSchema(registries: Registries): z.ZodObject {
  return z.strictObject({
    ...general,
    ...sections(registries, (key, variants) => z.discriminatedUnion(key, variants as [z.ZodObject])),
  });
}

/**
 * The JSON Schema of a config file, for editors (`$schema`) and forms. A file may build on a preset: then what the
 * preset chooses need not be said again.
 */
export function fileJsonSchema(registries: Registries): unknown {
  const presets = registries.presets.map(({ name }) => name);
  const { data, model, ...optional } = sections(registries, (key, variants) =>
    z.union(variants.map((variant) => variant.partial({ [key]: true } as Record<string, true>))),
  );
  const file = z.strictObject({
    $schema: z.string().optional().describe("where this schema lies, for editors"),
    preset: z
      .enum(presets as [string])
      .optional()
      .describe("the preset to build on"),
    ...general,
    name: general.name.optional(),
    data: data.optional(),
    model: model.optional(),
    ...optional,
  });
  const whole = [{ required: ["preset"] }, { required: ["data", "model"] }];
  return { ...z.toJSONSchema(file, { io: "input" }), anyOf: whole };
}
