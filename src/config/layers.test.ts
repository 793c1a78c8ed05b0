/** Layers, one over another: what stays, what falls away, and where each value is said to come from. */

import { describe, expect, test } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { configuration, type ResolveOptions } from "./index.ts";
import { resolveConfig, shipped } from "./node.ts";

const dataSection = (source: string, set: string[]) => configuration(shipped).dataSection(source, set);

const message = async (options: ResolveOptions, given = "demo"): Promise<string> =>
  (await failure("config", () => resolveConfig(given, options))).message;

describe("which layer wins over which", () => {
  test("an option of its own wins over the same key in set, wherever that stands", () => {
    const flags = { seed: 5, "training.epochs": 6, device: "cuda" };
    const set = ["seed=7", "training.epochs=8", "device=webgpu"];
    const { config } = resolveConfig("demo", { flags, set });
    expect([config.seed, config.training.epochs, config.device]).toEqual([5, 6, "cuda"]);
  });

  test("a sweep's settings stand above the environment and below set; a later one wins", () => {
    const environment = { BETALAB_SEED: "1", BETALAB_EPOCHS: "2" };
    const settings = [
      { origin: "s.yaml", values: { seed: 3, "objective.beta": 8 } },
      { origin: "s.yaml, run 2", values: { seed: 4 } },
    ];
    const { config, origins } = resolveConfig("demo", { environment, settings });
    expect([config.seed, config.training.epochs]).toEqual([4, 2]);
    expect(config.objective).toEqual({ kind: "beta", beta: 8 });
    expect([origins.get("seed"), origins.get("objective.beta")]).toEqual(["s.yaml, run 2", "s.yaml"]);
    expect(resolveConfig("demo", { environment, settings, set: ["seed=9"] }).config.seed).toBe(9);
  });

  test("an option that is undefined and an empty variable are no layer", () => {
    const { config, origins } = resolveConfig("demo", {
      environment: { BETALAB_SEED: "", BETALAB_THREADS: undefined },
      flags: { seed: undefined },
    });
    expect(config.seed).toBe(0);
    expect([origins.has("seed"), origins.has("threads")]).toEqual([false, false]);
  });

  test("what it doesn't know of the environment is not looked at", () => {
    const environment = { BETALAB_DATA: "/x", BETALAB_NAME: "y", SEED: "3" };
    expect(resolveConfig("demo", { environment })).toEqual(resolveConfig("demo"));
  });
});

describe("another likelihood starts from its own defaults", () => {
  const scale = 0.3;
  const laplace = { preset: "demo", model: { likelihood: { kind: "laplace", scale } } } as const;

  test.each([
    ["laplace", "discretizedLogistic", { scale: "learned" }],
    ["laplace", "gaussian", { sigma: 0.1 }],
  ])("%s → %s, though both have a scale", (_, kind, expected) => {
    const { config, origins } = resolveConfig(laplace, { set: [`model.likelihood.kind=${kind}`] });
    expect(config.model.likelihood).toEqual({ kind, ...expected });
    expect(origins.has("model.likelihood.scale")).toBe(false);
  });

  test("the same kind again keeps its values", () => {
    const { config } = resolveConfig(laplace, { set: ["model.likelihood.kind=laplace"] });
    expect(config.model.likelihood).toEqual({ kind: "laplace", scale });
  });
});

describe("a section or a schedule that is overwritten takes its origins with it", () => {
  test("a section, by a number", async () => {
    expect(await message({ set: ["objective=3"] })).toMatch(/^objective \(from option set\) is 3: /);
    const settings = [{ origin: "s.yaml", values: { "objective.beta": 2 } }];
    expect(await message({ settings, set: ["objective={kind: beta, beta: x}"] })).toMatch(
      /^objective\.beta \(from option set\) is "x": /,
    );
  });

  test("the keys of a section that a number has replaced", () => {
    const before = { origin: "a", values: { optimizer: { beta1: 0.5, beta2: 0.9 }, seed: 1 } };
    const after = [
      { origin: "b", values: { optimizer: 3 } },
      { origin: "c", values: { optimizer: { beta1: 0.7 } } },
    ];
    const { origins, config } = resolveConfig("demo", { settings: [before, ...after] });
    expect(config.optimizer).toMatchObject({ beta1: 0.7, beta2: 0.999 });
    expect(origins.get("optimizer.beta1")).toBe("c");
    expect(origins.has("optimizer.beta2")).toBe(false);
    expect(origins.get("seed")).toBe("a");
  });

  test("a schedule, by a number, and a number by a schedule", () => {
    const rate = { schedule: "cosine", start: 0.01, end: 0.001 };
    const settings = [
      { origin: "a", values: { "optimizer.learningRate": rate } },
      { origin: "b", values: { "optimizer.learningRate.end": 0.002 } },
    ];
    const { config, origins } = resolveConfig("demo", { settings });
    expect(config.optimizer.learningRate).toMatchObject({ ...rate, end: 0.002 });
    expect(origins.get("optimizer.learningRate.end")).toBe("b");
    expect(origins.get("optimizer.learningRate")).toBe("a");
    const plain = resolveConfig("demo", { settings, set: ["optimizer.learningRate=0.5"] });
    expect([...plain.origins.keys()].filter((key) => key.startsWith("optimizer"))).toEqual([
      "optimizer.learningRate",
    ]);
    const other = { origin: "c", values: { "optimizer.learningRate": rate } };
    const whole = resolveConfig("demo", { settings: [...settings, other] });
    expect(whole.config.optimizer.learningRate).toMatchObject(rate);
    expect(whole.origins.has("optimizer.learningRate.end")).toBe(false);
  });

  test("a key whose name another begins with keeps its own", () => {
    const settings = [
      { origin: "a", values: { "optimizer.beta1": 0.5, "optimizer.beta": 3 } },
      { origin: "b", values: { "optimizer.beta": 4 } },
    ];
    return message({ settings }).then((text) => {
      expect(text).toBe("unknown key optimizer.beta (from b)");
    });
  });
});

describe("switching a source", () => {
  test("a key that both know stays with its origin, one that only the old one knows goes with it", () => {
    // Both know size; digits has no channels.
    const { config, origins } = resolveConfig("celeba-vae", { set: ["data.source=digits"] });
    expect(config.data).toEqual({
      ...resolveConfig("demo").config.data,
      batchSize: 144,
      flip: true,
      size: 64,
    });
    expect(Object.fromEntries([...origins].filter(([key]) => key.startsWith("data")))).toEqual({
      "data.source": "option set",
      "data.batchSize": "preset celeba-vae",
      "data.size": "preset celeba-vae",
      "data.flip": "preset celeba-vae",
    });
  });

  test("to one that there is none of drops nothing and is the error that is told", async () => {
    expect(await message({ set: ["data.source=nowhere"] }, "celeba-vae")).toMatch(/"nowhere"/);
  });

  test("a wrong value of a key that the new one has too is still wrong", async () => {
    expect(await message({ set: ["model.latentDim=0", "model.architecture=conv"] })).toMatch(
      /^model\.latentDim \(from option set\) is 0: /,
    );
  });
});

describe("dataSection", () => {
  test("the source that was asked for is the source, whatever set says", () => {
    expect(dataSection("digits", ["data.source=sprites", "source=folder", "data.count=3"])).toEqual({
      source: "digits",
      count: 3,
    });
  });

  test("keys with and without their section, values in YAML, later ones win", () => {
    expect(dataSection("folder", ["size=[32, 48]", "data.flip=true", "size.x=1", "data.size=64"])).toEqual({
      source: "folder",
      size: 64,
      flip: true,
    });
    expect(dataSection("x", ["metadata.data.y=1"])).toEqual({ source: "x", metadata: { data: { y: 1 } } });
  });
});
