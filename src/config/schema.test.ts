/** Every section refuses what it doesn't know, every number has its bounds, and the defaults are these. */

import { describe, expect, test } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { resolveConfig } from "./node.ts";

test("the defaults of a config that says as little as it can", () => {
  const input = { name: "least", data: { source: "digits" }, model: { architecture: "mlp" } } as const;
  expect(resolveConfig(input).config).toEqual({
    name: "least",
    seed: 0,
    device: "cpu",
    data: {
      source: "digits",
      batchSize: 64,
      binarize: "none",
      flip: false,
      heldOut: 0.1,
      count: 12_000,
      seed: 0,
      size: 28,
    },
    model: {
      architecture: "mlp",
      hidden: [400],
      activation: "relu",
      initialization: "pytorch",
      latentDim: 10,
      likelihood: { kind: "bernoulli" },
    },
    objective: { kind: "beta", beta: 1 },
    optimizer: {
      kind: "adam",
      learningRate: 1e-3,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
    },
    training: {
      epochs: 10,
      stepsPerCall: 4,
      accumulate: 1,
      checkpointMinutes: 5,
      monitor: "negativeElbo",
      keepBest: false,
    },
  });
});

test("another optimiser keeps what it knows too, and starts the rest from its own defaults", () => {
  const set = (...more: string[]) => resolveConfig("iwae-784-200-200-50-k5", { set: more }).config.optimizer;
  const { learningRate } = set();
  expect(set()).toMatchObject({ kind: "adam", epsilon: 1e-4 });
  // The preset's ε is Adam's: momentum has none.
  expect(set("optimizer.kind=sgd")).toEqual({
    kind: "sgd",
    learningRate,
    momentum: 0.9,
    nesterov: false,
    weightDecay: 0,
  });
  expect(set("optimizer.kind=adamw")).toMatchObject({ kind: "adamw", epsilon: 1e-4, weightDecay: 0.01 });
});

describe("an unknown key is refused, with the nearest that there is", () => {
  test.each([
    ["sed", "seed"],
    ["data.batchSise", "batchSize"],
    ["model.latentDims", "latentDim"],
    ["model.likelihood.sigme", undefined],
    ["objective.betta", "beta"],
    ["optimizer.lr", undefined],
    ["optimizer.learningrate", "learningRate"],
    ["training.epoch", "epochs"],
    ["optimizer.learningRate.facto", "factor"],
  ])("%s", async (key, near) => {
    const rate = "{schedule: exponential, start: 1, factor: 0.5}";
    const set = ["model.likelihood.kind=bernoulli", `optimizer.learningRate=${rate}`, `${key}=1`];
    const error = await failure("config", () => resolveConfig("demo", { set }));
    expect(error.message).toContain(key);
    expect(error.message).toContain("(from option set)");
    if (near !== undefined) expect(error.hint).toBe(`did you mean "${near}"?`);
  });
});

describe("bounds: the last value that goes and the first that doesn't", () => {
  test.each([
    ["seed", "0", "-1"],
    ["seed", "1", "1.5"],
    ["threads", "1", "0"],
    ["model.latentDim", "1", "0"],
    ["training.epochs", "1", "0"],
    ["training.stepsPerCall", "1", "0"],
    ["training.accumulate", "1", "0"],
    ["training.stepsPerCall", "64", "65"],
    ["training.checkpointMinutes", "0.01", "0"],
    ["optimizer.learningRate", "1e-9", "0"],
    ["optimizer.beta1", "0", "-0.1"],
    ["optimizer.beta1", "0.9999", "1"],
    ["optimizer.beta2", "0", "-0.1"],
    ["optimizer.beta2", "0.9999", "1"],
    ["optimizer.epsilon", "1e-20", "0"],
    ["optimizer.weightDecay", "0", "-1e-9"],
    ["optimizer.clipNorm", "1e-9", "0"],
    ["objective.beta", "0", "-1e-9"],
    ["data.batchSize", "1", "0"],
    ["name", "a", '""'],
    ["device", "webgpu", "tpu"],
  ])("%s = %s, not %s", async (key, good, bad) => {
    const { config } = resolveConfig("demo", { set: [`${key}=${good}`] });
    const value = key.split(".").reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], config);
    expect(String(value)).toBe(String(Number.isNaN(Number(good)) ? good : Number(good)));
    const error = await failure("config", () => resolveConfig("demo", { set: [`${key}=${bad}`] }));
    expect(error.message.startsWith(`${key} (from option set) is `)).toBe(true);
  });
});

describe("the message shows the value and its layer, also for what is set by parts", () => {
  test("a section that is given key by key where a number is wanted", async () => {
    const error = await failure("config", () => resolveConfig("demo", { set: ["training.epochs.x=3"] }));
    expect(error.message).toMatch(/^training\.epochs \(from option set\) is \{"x":3\}: /);
  });

  test("a key of another architecture, of another source, of another likelihood", async () => {
    const hint = async (set: string) =>
      (await failure("config", () => resolveConfig("demo", { set: set.split(";") }))).hint;
    expect(await hint("model.width=3")).toBe(
      "model.width goes with model.architecture conv, residual, not mlp",
    );
    expect(await hint("data.channels=1")).toBe(
      "data.channels goes with data.source folder, parquet, not digits",
    );
    expect(await hint("model.likelihood.kind=bernoulli;model.likelihood.sigma=1")).toBe(
      "model.likelihood.sigma goes with model.likelihood.kind gaussian, not bernoulli",
    );
  });

  test("what is missing is said to be missing", async () => {
    const missing = async (input: Record<string, unknown>) =>
      (await failure("config", () => resolveConfig(input))).message;
    const [data, model] = [{ source: "digits" }, { architecture: "mlp" }];
    expect(await missing({ data, model })).toMatch(/^name is missing: /);
    expect(await missing({ name: "x", model })).toMatch(/^data(\.source)? is missing/);
    expect(await missing({ name: "x", data })).toMatch(/^model(\.architecture)? is missing/);
    expect(await missing({ name: "x", data: {}, model })).toBe("data.source is missing");
  });
});
