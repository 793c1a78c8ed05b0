/**
 * The config: one schema, put together from what each registry says of its own keys. It validates files and options,
 * and gives help and JSON Schema; a new architecture, objective or data source appears here by itself.
 */

import { z } from "zod";
import type { Definition } from "../base/definitions.ts";
import { type DataSection, sharedOptions as dataOptions } from "../data/index.ts";
import type { ModelDescription } from "../models/index.ts";
import type { Schedule } from "../nn/index.ts";
import { general, training } from "./general.ts";
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
