/** The JSON Schema that editors use takes what we take, and refuses what we refuse: asked of a validator of its own. */

import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ownObjective } from "../../test/helpers/extensions.ts";
import { configuration, extend, formatConfig, type Registries } from "./index.ts";
import { resolveConfig, shipped } from "./node.ts";

const validator = (registries: Registries = shipped) =>
  new Ajv2020({ strict: true, strictRequired: false, allErrors: true }).compile(
    configuration(registries).jsonSchema() as object,
  );
const accepts = validator();

const digits = { data: { source: "digits" } };
const least = { ...digits, model: { architecture: "mlp" } };

describe("accepted", () => {
  test.each(shipped.presets.map((preset) => [preset.name, preset.config]))(
    "preset %s, as it stands and whole",
    (name, config) => {
      expect(accepts(config)).toBe(true);
      const printed = parse(formatConfig(resolveConfig(name)));
      expect(accepts(printed) ? [] : accepts.errors).toEqual([]);
    },
  );

  test.each([
    ["a preset alone", { preset: "demo" }],
    ["a schema and a preset", { $schema: "./betalab.schema.json", preset: "mnist-mlp-20", name: "mine" }],
    ["the least without a preset", least],
    [
      "a section that leaves its kind to the preset",
      { preset: "demo", objective: { beta: 2 }, data: { count: 50 } },
    ],
    ["a schedule", { ...least, optimizer: { learningRate: { schedule: "cosine", start: 0.01 } } }],
    ["another kind", { preset: "demo", objective: { kind: "capacity", gamma: 10 } }],
  ])("%s", (_, config) => {
    expect(accepts(config) ? [] : accepts.errors).toEqual([]);
    expect(() => resolveConfig({ name: "x", ...config } as never)).not.toThrow();
  });
});

describe("refused", () => {
  test.each([
    ["no data", { model: { architecture: "mlp" } }],
    ["no model", digits],
    ["an unknown preset", { preset: "demmo" }],
    ["an unknown section", { ...least, objectiv: {} }],
    ["an unknown key", { ...least, training: { epoch: 3 } }],
    ["an unknown kind", { ...least, objective: { kind: "bta" } }],
    ["a key of another kind", { ...least, objective: { kind: "vae", beta: 3 } }],
    ["a number that is too small", { ...least, objective: { kind: "beta", beta: -1 } }],
    ["half an epoch", { ...least, training: { epochs: 0.5 } }],
    ["a text for a number", { ...least, seed: "1" }],
    ["a name that climbs", { ...least, name: "../x" }],
    [
      "a schedule that there is none of",
      { ...least, optimizer: { learningRate: { schedule: "cos", start: 1 } } },
    ],
  ])("%s", (_, config) => {
    expect(accepts(config)).toBe(false);
    expect(() => resolveConfig({ name: "x", ...config } as never)).toThrow();
  });
});

test("a preset and an objective that are brought are in it", () => {
  const preset = { name: "mine-too", summary: "", source: "", config: {} };
  const registries = extend(shipped, { objectives: [ownObjective()], presets: [preset] });
  const own = validator(registries);
  const config = { preset: "mine-too", ...least, objective: { kind: "mine", weight: 3 } };
  expect([own(config), accepts(config)]).toEqual([true, false]);
});

test("every key of every section says what it means", () => {
  const { properties } = configuration(shipped).jsonSchema() as { properties: object };
  const bare: string[] = [];
  const walk = (schema: unknown, path: string): void => {
    if (typeof schema !== "object" || schema === null) return;
    const { properties = {}, anyOf = [], oneOf = [] } = schema as Record<string, object>;
    for (const [key, inner] of Object.entries(properties)) {
      const isSection = "anyOf" in inner || "properties" in inner;
      if (!("const" in inner || "description" in inner || isSection)) bare.push(`${path}.${key}`);
      walk(inner, `${path}.${key}`);
    }
    for (const inner of [...Object.values(anyOf), ...Object.values(oneOf)]) walk(inner, path);
  };
  walk({ properties }, "");
  expect([...new Set(bare)]).toEqual([]);
  expect(Object.keys(properties)).toContain("optimizer");
});
