/** What is brought stands beside what is shipped, in schema and help; what is not a definition is refused, named. */

import { expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { failure } from "../../test/helpers/data.ts";
import { ownObjective } from "../../test/helpers/extensions.ts";
import { type ConfigInput, configuration, defineConfig, extend, preset, type Registries } from "./index.ts";
import { resolveConfig, type shipped as Shipped, shipped } from "./node.ts";

const mine = ownObjective();
const extended = extend(shipped, { objectives: [mine] });

test("an objective that is brought is resolved, with its own options and defaults", () => {
  const { config } = configuration(extended).resolve({ preset: "demo", objective: { kind: "mine" } });
  expect(config.objective).toEqual({ kind: "mine", weight: 2 });
  const set = ["objective.kind=mine", "objective.weight=5"];
  expect(configuration(extended).resolve("demo", { set }).config.objective).toEqual({
    kind: "mine",
    weight: 5,
  });
});

test("without it, the name is unknown; what is shipped is as it was", async () => {
  const error = await failure("config", () => resolveConfig("demo", { set: ["objective.kind=mine"] }));
  expect(error.message).toBe('unknown objective.kind "mine" (from option set)');
  expect(shipped.objectives.some(({ name }) => (name as string) === "mine")).toBe(false);
  expect(extended.objectives).toEqual([...shipped.objectives, mine]);
  expect(extended.architectures).toEqual(shipped.architectures);
});

test("its keys are in the JSON Schema and in hints", async () => {
  expect(JSON.stringify(configuration(extended).jsonSchema())).toContain("of the KL, in nats per nat");
  const error = await failure("config", () =>
    configuration(extended).resolve("demo", { set: ["objective.weight=3"] }),
  );
  expect(error.hint).toBe("objective.weight goes with objective.kind mine, not beta");
});

test("a preset that is brought is found by name, and runs are called after it", () => {
  const own = { name: "quick", summary: "s", source: "mine", config: { preset: undefined, seed: 4 } };
  const base = shipped.presets.find(({ name }) => name === "demo")!.config;
  const registries = extend(shipped, { presets: [{ ...own, config: { ...base, seed: 4 } }] });
  expect(configuration(registries).resolve("quick").config).toMatchObject({ name: "quick", seed: 4 });
});

test("a configuration is made once for each registries value", () => {
  expect(configuration(extended)).toBe(configuration(extended));
  expect(configuration(extended)).not.toBe(configuration(shipped));
});

test("extending twice keeps both, and knows what was brought from where", () => {
  const file = { path: "/x/betalab.config.js", hash: "0".repeat(64) };
  const twice = extend(extended, { presets: [{ name: "p", summary: "", source: "", config: {} }] }, file);
  expect(twice.objectives).toContain(mine);
  expect([...twice.brought!.values()]).toEqual([undefined, file]);
  expect([...extended.brought!.keys()]).toEqual([mine]);
});

const create = () => ({});
const options = z.strictObject({});
test.each<[string, object, string]>([
  [
    "a name that is shipped",
    { objectives: [{ ...mine, name: "beta" }] },
    'objectives: the name "beta" is taken',
  ],
  ["a name twice", { objectives: [mine, mine] }, 'objectives: the name "mine" is taken'],
  ["no name", { objectives: [mine, { options, create }] }, "objectives: item 2 has no name"],
  ["an empty name", { likelihoods: [{ name: "", options, create }] }, 'likelihoods: item 1 has the name ""'],
  ["a name that is a number", { objectives: [{ name: 3 }] }, "objectives: item 1 has the name 3"],
  [
    "options that are no schema",
    { architectures: [{ name: "x", options: { width: 3 }, create }] },
    'architectures: options of "x" is {"width":3}: expected a zod object (z.strictObject)',
  ],
  [
    "options that are another schema",
    { architectures: [{ name: "x", options: z.string(), create }] },
    'architectures: options of "x" is {',
  ],
  [
    "no options",
    { sources: [{ name: "x", open: create }] },
    'sources: options of "x" is missing: expected a zod object (z.strictObject)',
  ],
  [
    "no function",
    { sources: [{ name: "x", options }] },
    'sources: open of "x" is missing: expected a function',
  ],
  [
    "a function that is none",
    { objectives: [{ name: "x", options, create: "beta" }] },
    'objectives: create of "x" is "beta": expected a function',
  ],
  [
    "a metric without measure",
    { metrics: [{ name: "x", options }] },
    'metrics: measure of "x" is missing: expected a function',
  ],
  [
    "a preset without config",
    { presets: [{ name: "x" }] },
    'presets: config of "x" is missing: expected an object',
  ],
  [
    "a preset whose config is null",
    { presets: [{ name: "x", config: null }] },
    'presets: config of "x" is null',
  ],
  ["a definition that is a text", { objectives: ["beta"] }, 'objectives: item 1 is "beta", not a definition'],
  ["nothing", { objectives: [null] }, "objectives: item 1 is null, not a definition"],
  ["no list", { objectives: mine }, "objectives: expected a list of definitions, not {"],
])("refused: %s", async (_, own, message) => {
  const error = await failure("config", () => extend(shipped, own as Partial<Registries>));
  expect(error.message.startsWith(message)).toBe(true);
  expect(error.hint).toMatch(/^make each item with [a-z]+\(\{ name, … \}\)$/);
});

test("configs are typed: kinds and keys of what is shipped and of what is brought", () => {
  const config = defineConfig({ preset: "demo", objective: { kind: "capacity", gamma: 3 } });
  expectTypeOf(config).toEqualTypeOf<ConfigInput>();
  // @ts-expect-error: there is no objective of that name
  defineConfig({ objective: { kind: "capasity" } });
  // @ts-expect-error: β is no key of this objective
  defineConfig({ objective: { kind: "vae", beta: 3 } });
  // @ts-expect-error: a number
  defineConfig({ model: { architecture: "mlp", latentDim: "ten" } });
  // @ts-expect-error: it has to be brought
  defineConfig({ objective: { kind: "mine" } });
  const own: ConfigInput<typeof extended> = { objective: { kind: "mine", weight: 3 } };
  // @ts-expect-error: its own options are checked too
  const wrong: ConfigInput<typeof extended> = { objective: { kind: "mine", weight: "three" } };
  expect([own, wrong]).toHaveLength(2);
  expectTypeOf<(typeof Shipped)["presets"][number]["name"]>().extract<"mnist-mlp-20">().not.toBeNever();
  expectTypeOf<(typeof Shipped)["presets"][number]["name"]>().extract<"mnist-mlp-21">().toBeNever();
  expect(preset({ name: "p", summary: "", source: "", config: { seed: 1 } }).name).toBe("p");
});
