/** `docs/reference/config.md`: every key of a config, section by section, and what each registry ships. */

import { z } from "zod";
import { configuration, type Registries } from "../../src/config/index.ts";
import { sharedOptions } from "../../src/data/index.ts";
import { projections } from "../../src/latent/index.ts";
import { generated, page, table } from "./markdown.ts";
import { code, type Schema, typeOf } from "./schema.ts";

const introduction = `# Config

What a training is made of. A config is a preset's name, a YAML or JSON file, or an object; keys that it leaves out come from its
\`preset\`, then from the defaults here. \`betalab config PRESET\` prints one with the origin of every value, \`betalab config --schema\`
the JSON Schema that editors complete from. A number that may follow a schedule is a number, or \`{ schedule: linear, … }\`:
[objectives.md](../objectives.md#schedules).`;

interface Definition {
  readonly name: string;
  readonly summary?: string;
  readonly definition?: string;
  readonly options: z.ZodObject;
}

export function configPage(registries: Registries): string {
  const { properties = {} } = configuration(registries).jsonSchema() as Schema;
  const plain = Object.entries(properties).filter(([key]) =>
    ["name", "seed", "device", "threads"].includes(key),
  );
  const model = properties.model?.anyOf?.[0]?.properties ?? {};
  return page([
    generated("the registries"),
    introduction,
    keyTable(plain),
    "## `data`",
    "`data.source` names one of the sources; every source has these keys beside its own.",
    keyTable(propertiesOf(z.strictObject(sharedOptions))),
    ...registries.sources.flatMap((one) => definition(one, "source", one.obtain)),
    "## `model`",
    "`model.architecture` names one of the architectures; every one has these keys beside its own.",
    keyTable([["latentDim", model.latentDim ?? {}]]),
    ...registries.architectures.flatMap((one) => definition(one, "architecture")),
    "## `model.likelihood`",
    ...registries.likelihoods.flatMap((one) => definition(one, "kind")),
    "## `model.prior`",
    "Of the latents; without one it is N(0, I).",
    ...registries.priors.flatMap((one) => definition(one, "kind")),
    "## `objective`",
    ...registries.objectives.flatMap((one) => definition(one, "kind")),
    "## `optimizer`",
    ...registries.optimizers.flatMap((one) => definition(one, "kind")),
    "## `training`",
    keyTable(Object.entries(properties.training?.properties ?? {})),
    "## Presets",
    table(
      ["preset", "what", "source of its settings"],
      registries.presets.map(({ name, summary, source }) => [code(name), summary, source]),
    ),
    "## Metrics",
    "`betalab metrics` and `measureCodes`; formulas and references are in [metrics.md](../metrics.md).",
    ...registries.metrics.flatMap((one) =>
      definition(one, undefined, `needs ${one.needs}; ${one.unit}, ${one.better} is better`),
    ),
    "## Projections",
    "`betalab embed --method`.",
    ...projections.flatMap((one) => definition(one)),
  ]);
}

function definition(one: Definition, key?: string, more?: string): (string | undefined)[] {
  const options = propertiesOf(one.options);
  const summary = one.summary ?? one.definition ?? "";
  return [
    `### \`${key === undefined ? one.name : `${key}: ${one.name}`}\``,
    `${summary}${more === undefined ? "" : ` (${more})`}`,
    options.length === 0 ? undefined : keyTable(options),
  ];
}

function propertiesOf(options: z.ZodObject): [string, Schema][] {
  return Object.entries((z.toJSONSchema(options, { io: "input" }) as Schema).properties ?? {});
}

function keyTable(properties: readonly (readonly [string, Schema])[]): string {
  return table(
    ["key", "type", "default", "meaning"],
    properties.map(([key, schema]) => [
      code(key),
      typeOf(schema),
      schema.default === undefined ? "" : code(schema.default),
      schema.description ?? "",
    ]),
  );
}
