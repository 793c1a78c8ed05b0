/** Where a config's values come from, and what is said of those that are wrong. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { failure, temporaryFolder } from "../../test/helpers/data.ts";
import type { ResolveOptions } from "./index.ts";
import { resolveConfig } from "./node.ts";

/** A config file that is gone after the test. */
function file(text: string, name = "mine.yaml"): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return path;
}

const resolve = (given: string, options?: ResolveOptions) => resolveConfig(given, options).config;

describe("flags > environment > file > preset > default", () => {
  const path = () =>
    file("preset: mnist-mlp-20\nseed: 2\ntraining: { epochs: 3 }\noptimizer: { learningRate: 0.01 }\n");

  test("each layer wins over those below it, key by key", () => {
    expect(resolve("mnist-mlp-20")).toMatchObject({ seed: 0, training: { epochs: 10, stepsPerCall: 64 } });
    expect(resolve(path())).toMatchObject({ seed: 2, training: { epochs: 3, stepsPerCall: 64 } });
    const environment = {
      BETALAB_SEED: "3",
      BETALAB_EPOCHS: "4",
      BETALAB_THREADS: "2",
      BETALAB_DEVICE: "cuda",
    };
    expect(resolve(path(), { environment })).toMatchObject({
      seed: 3,
      device: "cuda",
      threads: 2,
      training: { epochs: 4 },
      optimizer: { learningRate: 0.01 },
    });
    const flags = { seed: 5, device: undefined, "training.epochs": 6 };
    expect(resolve(path(), { environment, flags })).toMatchObject({
      seed: 5,
      device: "cuda",
      training: { epochs: 6 },
    });
    expect(resolve(path(), { environment, set: ["seed=7"] })).toMatchObject({ seed: 7 });
  });

  test("every value remembers its layer", () => {
    const from = path();
    const { origins } = resolveConfig(from, {
      environment: { BETALAB_SEED: "3", BETALAB_EPOCHS: "" },
      set: ["objective.beta=2", "data.flip=true"],
      flags: { "training.epochs": 6 },
    });
    expect(Object.fromEntries(origins)).toEqual({
      name: from,
      "data.source": "preset mnist-mlp-20",
      "data.batchSize": "preset mnist-mlp-20",
      "data.flip": "option set",
      "model.architecture": "preset mnist-mlp-20",
      "model.hidden": "preset mnist-mlp-20",
      "model.latentDim": "preset mnist-mlp-20",
      "objective.kind": "preset mnist-mlp-20",
      "objective.beta": "option set",
      "optimizer.learningRate": from,
      "training.epochs": "option epochs",
      "training.stepsPerCall": "preset mnist-mlp-20",
      seed: "BETALAB_SEED",
    });
  });

  test("a file without a name is called after its file; one with a preset builds on it", () => {
    expect(resolve(file("preset: demo\n", "my run.yml")).name).toBe("my run");
    expect(resolve(file("preset: demo\nname: called\n")).name).toBe("called");
    expect(resolve(file('{"preset": "demo", "seed": 4}', "a.json"))).toMatchObject({ name: "a", seed: 4 });
  });

  test("values of option set are YAML: numbers, lists, booleans, objects; later ones win", () => {
    const set = [
      "model.hidden=[512, 256]",
      "data.flip=true",
      "objective.beta=1",
      "objective.beta=2.5e0",
      "model.likelihood={kind: gaussian, sigma: 0.2}",
    ];
    expect(resolve("demo", { set })).toMatchObject({
      model: { hidden: [512, 256], likelihood: { kind: "gaussian", sigma: 0.2 } },
      data: { flip: true },
      objective: { beta: 2.5 },
    });
  });

  test("an object works like a file", () => {
    expect(resolveConfig({ preset: "demo", name: "x", seed: 9 }).config).toMatchObject({
      name: "x",
      seed: 9,
      data: { source: "digits" },
    });
    expect(resolveConfig({ ...resolve("folder") }).config).toEqual(resolve("folder"));
  });
});

describe("switching a variant", () => {
  test("keys that only the old one knows fall away; those that both know stay", () => {
    const { config, origins } = resolveConfig("demo", {
      set: ["data.count=300", "data.limit=100", "data.source=sprites", "model.architecture=conv"],
    });
    expect(config.data).toMatchObject({ source: "sprites", batchSize: 128, limit: 100 });
    expect(config.data).not.toHaveProperty("count");
    expect(config.model).toMatchObject({ architecture: "conv", latentDim: 10, width: 32 });
    expect(origins.get("data.batchSize")).toBe("preset demo");
    expect(origins.has("data.count")).toBe(false);
  });

  test("a file may switch what its preset chose, in its own words", () => {
    const path = file(
      "preset: celeba-vae\nmodel: { architecture: conv, width: 16 }\nobjective: { kind: beta, beta: 8 }\n",
    );
    const { model, objective } = resolve(path);
    expect(model).toMatchObject({
      architecture: "conv",
      width: 16,
      latentDim: 128,
      likelihood: { kind: "gaussian", sigma: 0.5 },
    });
    expect(objective).toEqual({ kind: "beta", beta: 8 });
  });

  test("a key that means something else to the new one falls away: hidden widths, hidden width", () => {
    expect(resolve("demo").model).toMatchObject({ hidden: [400] });
    expect(resolve("demo", { set: ["model.architecture=conv"] }).model).toMatchObject({ hidden: 256 });
    const set = ["model.architecture=conv", "model.hidden=64"];
    expect(resolve("demo", { set }).model).toMatchObject({ hidden: 64 });
  });

  test("a value that was wrong before the switch stays an error", async () => {
    const set = ["data.batchSize=0", "data.source=sprites"];
    const error = await failure("config", () => resolveConfig("demo", { set }));
    expect(error.message).toMatch(/^data\.batchSize \(from option set\) is 0: /);
  });

  test("naming the same variant again drops nothing", () => {
    expect(resolve("demo", { set: ["objective.kind=beta"] })).toEqual(resolve("demo"));
  });

  test("a key that comes with the new variant must come after, or together", () => {
    const set = ["objective.kind=vae", "objective.kind=beta", "objective.beta=3"];
    expect(resolve("demo", { set }).objective).toEqual({ kind: "beta", beta: 3 });
  });

  test("another likelihood drops the first one's keys", () => {
    const { likelihood } = resolve("folder", { set: ["model.likelihood.kind=bernoulli"] }).model;
    expect(likelihood).toEqual({ kind: "bernoulli" });
  });
});

describe("a schedule is one value", () => {
  const set = ["optimizer.learningRate={schedule: cosine, start: 0.01, end: 0.001}"];

  test("it replaces a number and another schedule whole, and is replaced whole", () => {
    expect(resolve("demo", { set }).optimizer.learningRate).toMatchObject({
      schedule: "cosine",
      start: 0.01,
      end: 0.001,
    });
    const { learningRate } = resolve("celeba-vae", { set }).optimizer;
    expect(learningRate).not.toHaveProperty("factor");
    expect(resolve("celeba-vae", { set: ["optimizer.learningRate=0.002"] }).optimizer.learningRate).toBe(
      0.002,
    );
  });

  test("one of its numbers may be changed alone", () => {
    const before = resolve("celeba-vae");
    const one = resolveConfig("celeba-vae", { set: ["optimizer.learningRate.factor=0.9"] });
    expect(resolve("celeba-vae")).toEqual(before); // The preset itself is as it was.
    expect(one.config.optimizer.learningRate).toMatchObject({
      schedule: "exponential",
      start: 5e-4,
      factor: 0.9,
    });
  });
});

describe("what is wrong is named, with its layer and the nearest name", () => {
  const cases: [string, string, ResolveOptions, string | RegExp, (string | RegExp)?][] = [
    [
      "an unknown preset",
      "mnist-mlp-21",
      {},
      'there is no preset "mnist-mlp-21"',
      'did you mean "mnist-mlp-20"?',
    ],
    ["nothing like a preset", "xyzzy", {}, 'there is no preset "xyzzy"', /betalab presets.*\.yaml/],
    [
      "a folder",
      "my/cats",
      {},
      'there is no preset "my/cats"',
      /preset `folder` trains .* `data` names; .*\.yaml/,
    ],
    ["a preset called like an object's member", "constructor", {}, 'there is no preset "constructor"'],
    [
      "a section",
      "demo",
      { set: ["objectiv.beta=1"] },
      "unknown key objectiv (from option set)",
      'did you mean "objective"?',
    ],
    [
      "a nested key",
      "demo",
      { set: ["objective.bta=1"] },
      "unknown key objective.bta (from option set)",
      'did you mean "beta"?',
    ],
    [
      "a key of the source",
      "demo",
      { set: ["data.batchsize=1"] },
      "unknown key data.batchsize (from option set)",
      'did you mean "batchSize"?',
    ],
    [
      "a key of another variant",
      "celeba-vae",
      { set: ["objective.beta=4"] },
      "unknown key objective.beta (from option set)",
      /^objective\.beta goes with objective\.kind (\w+, )*beta\b.*, not vae$/,
    ],
    [
      "a variant",
      "demo",
      { set: ["model.architecture=cnov"] },
      'unknown model.architecture "cnov" (from option set)',
      'did you mean "conv"?',
    ],
    [
      "a source",
      "demo",
      { set: ["data.source=sprits"] },
      'unknown data.source "sprits" (from option set)',
      'did you mean "sprites"?',
    ],
    [
      "a key of another likelihood than the default one",
      "demo",
      { set: ["model.likelihood.sigma=1"] },
      "unknown key model.likelihood.sigma (from option set)",
      "model.likelihood.sigma goes with model.likelihood.kind gaussian, not bernoulli",
    ],
    ["a key called __proto__", "demo", { set: ["__proto__.x=1"] }, "unknown key __proto__ (from option set)"],
    [
      "β below 0",
      "demo",
      { set: ["objective.beta=-0.5"] },
      /^objective\.beta \(from option set\) is -0\.5: expected at least 0$/,
    ],
    [
      "no latents",
      "demo",
      { set: ["model.latentDim=0"] },
      /^model\.latentDim \(from option set\) is 0: expected at least 1$/,
    ],
    [
      "half a latent",
      "demo",
      { set: ["model.latentDim=2.5"] },
      /^model\.latentDim \(from option set\) is 2\.5: expected an integer$/,
    ],
    [
      "a rate of 0",
      "demo",
      { set: ["optimizer.learningRate=0"] },
      /^optimizer\.learningRate \(from option set\) is 0: expected more than 0$/,
    ],
    [
      "a schedule's end",
      "demo",
      { set: ["optimizer.learningRate={schedule: cosine, start: 1, end: -1}"] },
      /^optimizer\.learningRate\.end \(from option set\) is -1: /,
    ],
    [
      "a schedule's name",
      "demo",
      { set: ["optimizer.learningRate.schedule=cosin"] },
      /^unknown optimizer\.learningRate\.schedule "cosin" \(from option set\)$/,
      'did you mean "cosine"?',
    ],
    [
      "no epochs, from the environment",
      "demo",
      { environment: { BETALAB_EPOCHS: "0" } },
      /^training\.epochs \(from BETALAB_EPOCHS\) is 0: /,
    ],
    [
      "a seed that is no number",
      "demo",
      { environment: { BETALAB_SEED: "x" } },
      /^seed \(from BETALAB_SEED\) is "x": /,
    ],
    [
      "a device",
      "demo",
      { flags: { device: "gpu" } },
      /^device \(from option device\) is "gpu": expected one of "cpu", "webgpu", "cuda"$/,
    ],
    [
      "a section that is a number",
      "demo",
      { set: ["data=5"] },
      /^data \(from option set\) is 5: expected an object$/,
    ],
    [
      "a list that is a number",
      "demo",
      { set: ["model.hidden=400"] },
      /^model\.hidden \(from option set\) is 400: expected a list$/,
    ],
  ];
  test.each(cases)("%s", async (_, given, options, message, hint) => {
    const error = await failure("config", () => resolveConfig(given, options));
    expect(error.message).toMatch(message);
    if (hint !== undefined) expect(error.hint).toMatch(hint);
  });

  test("option set without a key or with broken YAML is a usage error", async () => {
    for (const text of ["=4", "objective..beta=4", ".beta=4"]) {
      const error = await failure("usage", () => resolveConfig("demo", { set: [text] }));
      expect(error.message).toBe(`option set: "${text}" is not of the form key=value`);
    }
    const broken = await failure("usage", () => resolveConfig("demo", { set: ["model.hidden=[4"] }));
    expect(broken.message).toMatch(
      /^option set: the value of "model\.hidden=\[4" is not valid YAML: Flow sequence/,
    );
  });
});

describe("files that are no config", () => {
  const cases: [string, string, RegExp][] = [
    ["broken YAML", "data: {source: digits\n", /mine\.yaml is not valid YAML: .*line/],
    ["a list", "- 1\n", /mine\.yaml holds no keys/],
    ["nothing", "", /mine\.yaml holds no keys/],
    ["a text", "hello", /mine\.yaml holds no keys/],
    ["no data section", "seed: 1\n", /^data is missing|^data\.source is missing/],
    ["another preset that there is none of", "preset: demmo\n", /^unknown preset "demmo"$/],
    ["a tab for an indent", "data:\n\tsource: digits\n", /mine\.yaml is not valid YAML/],
    ["the same key twice", "seed: 1\nseed: 2\npreset: demo\n", /mine\.yaml is not valid YAML: .*unique/],
  ];
  test.each(cases)("%s", async (_, text, message) => {
    const path = file(text);
    const error = await failure("config", () => resolveConfig(path));
    expect(error.message).toMatch(message);
  });

  test("one that isn't there is named", async () => {
    const error = await failure("config", () => resolveConfig("nowhere/my.yaml"));
    expect(error.message).toMatch(/^there is no file nowhere\/my\.yaml$/);
  });

  test("a wrong value names the file", async () => {
    const path = file("preset: demo\nobjective: { beta: -1 }\n");
    const error = await failure("config", () => resolveConfig(path));
    expect(error.message).toBe(`objective.beta (from ${path}) is -1: expected at least 0`);
  });
});

test("a sweep where a config belongs is said to be one", () => {
  const readText = () => "config: demo\nseeds: 3\n";
  expect(() => resolveConfig("betas.yaml", { readText })).toThrow(
    expect.objectContaining({ code: "config", message: "betas.yaml is a sweep" }),
  );
});
