/** Presets are the trainings of the seeds; what `betalab config` prints reads back as the same config. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/helpers/data.ts";
import { configuration, formatConfig } from "./index.ts";
import { resolveConfig, shipped } from "./node.ts";

describe.each(shipped.presets.map((one) => [one.name, one] as const))("preset %s", (name, { summary }) => {
  test("resolves, under its own name, with every key set", () => {
    const { config } = resolveConfig(name);
    expect(config).toMatchObject({ name, seed: 0, device: "cpu", optimizer: { beta1: 0.9, beta2: 0.999 } });
    expect(config.training.epochs).toBeGreaterThan(0);
    expect(summary).not.toMatch(/^[A-Z][a-z]+ .*\.$/); // A line of a list, no sentence.
  });

  test("printed by `betalab config`, it reads back the same", () => {
    const resolved = resolveConfig(name, {
      set: ["optimizer.clipNorm=7"],
      environment: { BETALAB_THREADS: "2" },
    });
    const path = join(temporaryFolder(), "printed.yaml");
    writeFileSync(path, formatConfig(resolved));
    expect(resolveConfig(path).config).toEqual(resolved.config);
  });
});

test("the presets of the seeds have the seeds' settings", () => {
  const settings = (name: string) => {
    const { data, model, objective, optimizer, training } = resolveConfig(name).config;
    const { batchSize } = data;
    return { batchSize, model, objective, rate: optimizer.learningRate, epochs: training.epochs };
  };
  expect(settings("mnist-conv-beta10")).toMatchObject({
    batchSize: 32,
    epochs: 10,
    rate: 1e-3,
    model: { architecture: "conv28", latentDim: 16, likelihood: { kind: "bernoulli" } },
    objective: { kind: "beta", beta: 10 },
  });
  expect(settings("mnist-conv-beta1").objective).toEqual({ kind: "beta", beta: 1 });
  expect(settings("mnist-mlp-400-400-20")).toMatchObject({
    batchSize: 32,
    epochs: 9,
    rate: 1e-3,
    model: { architecture: "mlp", hidden: [400, 400], latentDim: 20 },
  });
  expect(settings("mnist-mlp-20")).toMatchObject({
    batchSize: 128,
    epochs: 10,
    rate: 1e-3,
    model: { hidden: [400], latentDim: 20 },
  });
  expect(settings("mnist-mlp-50")).toMatchObject({ batchSize: 128, epochs: 10, model: { latentDim: 50 } });
  expect(settings("celeba-vae")).toMatchObject({
    batchSize: 144,
    epochs: 50,
    rate: { schedule: "exponential", start: 5e-4, factor: 0.95 },
    model: { architecture: "celeba", latentDim: 128 },
    objective: { kind: "vae" },
  });
  expect(settings("celeba-beta").objective).toMatchObject({ kind: "beta" });
});

test("a printed config says beside each value where it comes from", () => {
  const text = formatConfig(
    resolveConfig("celeba-vae", {
      set: ["data.limit=100"],
      flags: { seed: 3 },
      environment: { BETALAB_EPOCHS: "2" },
    }),
  );
  const lines = text.split("\n");
  for (const line of [
    "seed: 3 # option seed",
    "device: cpu # default",
    "  limit: 100 # option set",
    "  batchSize: 144 # preset celeba-vae",
    "    start: 0.0005 # preset celeba-vae",
    "  epochs: 2 # BETALAB_EPOCHS",
    "  stepsPerCall: 1 # preset celeba-vae",
  ]) {
    expect(lines).toContain(line);
  }
});

test("the JSON Schema of config files knows every section, its variants and their descriptions", () => {
  const schema = configuration(shipped).jsonSchema() as {
    properties: Record<string, unknown>;
    anyOf: unknown;
  };
  expect(Object.keys(schema.properties)).toEqual([
    "$schema",
    "preset",
    "name",
    "seed",
    "device",
    "threads",
    "data",
    "model",
    "objective",
    "optimizer",
    "training",
  ]);
  expect(schema).not.toHaveProperty("required");
  expect(schema.anyOf).toEqual([{ required: ["preset"] }, { required: ["data", "model"] }]);
  const text = JSON.stringify(schema);
  for (const value of ["conv28", "burgess", "celeba", "digits", "folder", "weight of the KL"]) {
    expect(text).toContain(value);
  }
});
