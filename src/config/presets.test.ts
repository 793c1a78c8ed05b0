/** Presets are the trainings of the seeds; what `betalab config` prints reads back as the same config. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/helpers/data.ts";
import { type ConfigInput, formatConfig } from "./index.ts";
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

const bernoulliMlp = (hidden: number[], latentDim: number) => ({ architecture: "mlp", hidden, latentDim });
const beta = (weight: number) => ({ kind: "beta", beta: weight });
const mnist = (
  batchSize: number,
  model: object,
  objective: object,
  epochs: number,
  stepsPerCall: number,
) => ({
  data: { source: "mnist", batchSize },
  model,
  objective,
  training: { epochs, stepsPerCall },
});
const burda = (samples: number) => ({
  data: { source: "mnist", batchSize: 20, binarize: "dynamic" },
  model: { ...bernoulliMlp([200, 200], 50), activation: "tanh", initialization: "glorot" },
  objective: { kind: "iwae", samples },
  optimizer: {
    // 10^(−3 − i/7), to the last digit that a float of 64 bits holds.
    learningRate: {
      schedule: "piecewise",
      values: [1e-3, 7.196856730011521e-4, 5.179474679231212e-4, 3.72759372031494e-4, 2.682695795279726e-4]
        .concat([1.93069772888325e-4, 1.389495494373138e-4, 1e-4])
        .map((rate) => expect.closeTo(rate, 12)),
      durations: [1, 3, 9, 27, 81, 243, 729],
    },
    epsilon: 1e-4,
  },
  // 1 + 3 + … + 3^7
  training: { epochs: 3280, stepsPerCall: 8 },
});
const burgess = (objective: object, learningRate: number, epochs: number) => ({
  data: { source: "dsprites", batchSize: 64 },
  model: { architecture: "burgess", latentDim: 10 },
  objective,
  optimizer: { learningRate },
  training: { epochs, stepsPerCall: 4 },
});
const faces = (objective: object) => ({
  data: { source: "folder", size: 64, channels: 3, batchSize: 144, flip: true },
  model: { architecture: "celeba", latentDim: 128, likelihood: { kind: "gaussian", sigma: 0.5 } },
  objective,
  optimizer: { learningRate: { schedule: "exponential", start: 5e-4, factor: 0.95 }, weightDecay: 0 },
  training: { epochs: 50, stepsPerCall: 2 },
});
const sized = (size: number, latentDim: number) => ({
  data: { source: "folder", size, channels: 3, batchSize: 16, flip: true },
  model: { architecture: "residual", latentDim, likelihood: { kind: "gaussian", sigma: 0.05 } },
  objective: { kind: "beta", beta: 1 },
  optimizer: { learningRate: 1e-3, averaging: 0.999 },
  training: { epochs: 100, stepsPerCall: 1 },
});
const rising = (to: number) => ({ schedule: "linear", start: 0, end: 25, to, unit: "step" });
const annealed = { kind: "annealed", beta: { schedule: "staircase", start: 0, end: 1 } };

test("presets have the settings of their sources", () => {
  expect(Object.fromEntries(shipped.presets.map(({ name, config }) => [name, config]))).toEqual({
    demo: {
      data: { source: "digits", batchSize: 128 },
      model: bernoulliMlp([400], 10),
      objective: beta(1),
      training: { epochs: 40, stepsPerCall: 8 },
    },
    "mnist-conv-beta10": mnist(32, { architecture: "conv28", latentDim: 16 }, beta(10), 10, 5),
    "mnist-conv-beta1": mnist(32, { architecture: "conv28", latentDim: 16 }, beta(1), 10, 5),
    "mnist-mlp-400-400-20": mnist(32, bernoulliMlp([400, 400], 20), beta(1), 9, 64),
    "mnist-mlp-20": mnist(128, bernoulliMlp([400], 20), beta(1), 10, 64),
    "mnist-mlp-50": mnist(128, bernoulliMlp([400], 50), beta(1), 10, 64),
    "mnist-mlp-50-annealed": mnist(128, bernoulliMlp([400], 50), annealed, 10, 64),
    "mnist-mlp-50-soft-free-bits": mnist(
      128,
      bernoulliMlp([400], 50),
      { kind: "softFreeBits", lambda: 0.5, tolerance: 0.1, rate: 0.1 },
      10,
      64,
    ),
    "iwae-784-200-200-50-k1": burda(1),
    "iwae-784-200-200-50-k5": burda(5),
    "iwae-784-200-200-50-k50": burda(50),
    "dsprites-beta4": burgess(beta(4), 5e-4, 30),
    "dsprites-capacity": burgess({ kind: "capacity", gamma: 1000, capacity: rising(100_000) }, 5e-4, 97),
    "dsprites-tc": burgess({ kind: "tc", alpha: 1, beta: 6, gamma: 1 }, 5e-4, 30),
    "dsprites-factor": burgess({ kind: "factor", gamma: 40 }, 1e-4, 29),
    "dsprites-dip-ii": burgess({ kind: "dip", variant: "ii", offDiagonal: 10, diagonal: 10 }, 1e-4, 29),
    "celeba-vae": faces({ kind: "vae" }),
    "celeba-beta": faces(beta(4)),
    // γ·M_N beside a mean of 12 288 squared errors on [−1, 1]: 10 · 128/64² · 6144.
    "celeba-beta-b": faces({ kind: "capacity", gamma: 1920, capacity: rising(10_000) }),
    folder: {
      data: { source: "folder", size: 64, channels: 3, batchSize: 16, flip: true },
      model: { architecture: "celeba", latentDim: 64, likelihood: { kind: "gaussian", sigma: 0.05 } },
      objective: beta(1),
      optimizer: { learningRate: 1e-3 },
      training: { epochs: 60, stepsPerCall: 1 },
    },
    "folder-128": sized(128, 128),
    "folder-256": sized(256, 256),
  });
});

test("folder picks a net by the pictures' size, below what anybody else says", () => {
  const chosen = (...set: string[]) => {
    const { config, origins } = resolveConfig("folder", { set });
    return [config.model.architecture, config.model.latentDim, origins.get("model.architecture")];
  };
  const own = "preset folder";
  expect(chosen()).toEqual(["celeba", 64, own]);
  expect(chosen("data.size=128")).toEqual(["residual", 64, own]);
  expect(chosen("data.size=[96, 160]")).toEqual(["residual", 64, own]);
  expect(chosen("data.size=28")).toEqual(["residual", 64, own]);
  // 100 halves evenly twice, which leaves 25: more than residual's smallest map should have.
  expect(chosen("data.size=100")).toEqual(["conv", 64, own]);
  expect(chosen("data.size=7")).toEqual(["mlp", 64, own]);
  expect(chosen("data.size=128", "model.architecture=conv")).toEqual(["conv", 64, "option set"]);
  expect(resolveConfig({ preset: "folder", data: { size: 128 } }).config.model.architecture).toBe("residual");
});

test("summaries say what differs, sources where the settings come from", () => {
  const lines = shipped.presets.map(
    ({ name, summary, source }) => `${name}: ${summary} | ${source.slice(0, 20)}`,
  );
  for (const line of [
    "demo: handwriting-like digits drawn here, in about half a minute | ours",
    "mnist-conv-beta10: MNIST, convolutional, 16 latents, β = 10 | seed 000: β-VAE note",
    "mnist-mlp-400-400-20: MNIST, fully connected 784-400-400-20 | seed 001: VAE tutori",
    "mnist-mlp-50-annealed: MNIST, fully connected 784-400-50, β = epoch/epochs | seed 003: soft free ",
    "iwae-784-200-200-50-k1: MNIST drawn black and white anew each epoch, importance-weighted, 1 sample | Burda 2016 (784-200-",
    "iwae-784-200-200-50-k5: MNIST drawn black and white anew each epoch, importance-weighted, 5 samples | Burda 2016 (784-200-",
    "dsprites-tc: dSprites, convolutional, 10 latents, β-TCVAE, β = 6 | Chen 2018: α = γ = 1",
    "celeba-beta: the same with β = 4 | seed 002: PyTorch-VA",
  ]) {
    expect(lines).toContain(line);
  }
});

test("printed whole: a line for each value, lists in one line, each with its origin", () => {
  const given = {
    name: "least",
    data: { source: "digits" },
    model: { architecture: "mlp", hidden: [40, 20] },
  };
  const text = formatConfig(resolveConfig(given as ConfigInput, { set: ["optimizer.clipNorm=3"] }));
  expect(text.slice(0, text.indexOf("optimizer:"))).toBe(`name: least # the config
seed: 0 # default
device: cpu # default
data:
  source: digits # the config
  count: 12000 # default
  size: 28 # default
  seed: 0 # default
  heldOut: 0.1 # default
  batchSize: 64 # default
  binarize: none # default
  flip: false # default
model:
  architecture: mlp # the config
  hidden: [40, 20] # the config
  activation: relu # default
  initialization: pytorch # default
  latentDim: 10 # default
  likelihood:
    kind: bernoulli # default
objective:
  kind: beta # default
  beta: 1 # default
`);
  expect(text).toContain("  clipNorm: 3 # option set\n");
  expect(text.endsWith("\n")).toBe(false);
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
    "  stepsPerCall: 2 # preset celeba-vae",
  ]) {
    expect(lines).toContain(line);
  }
});
