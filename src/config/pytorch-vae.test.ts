/** PyTorch-VAE's files, as its repository has them, against its loss in plain numbers. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/helpers/data.ts";
import { configuration } from "./configuration.ts";
import { formatConfig } from "./format.ts";
import { readText, resolveConfig, shipped } from "./node.ts";

const newer = (model: string, experiment = "kld_weight: 0.00025") => `
model_params: { ${model}, in_channels: 3, latent_dim: 128 }
data_params: { data_path: "Data/", train_batch_size: 64, val_batch_size: 64, patch_size: 64, num_workers: 4 }
exp_params: { LR: 0.005, weight_decay: 0.0, scheduler_gamma: 0.95, ${experiment}, manual_seed: 1265 }
trainer_params: { gpus: [1], max_epochs: 10 }
logging_params: { save_dir: "logs/", name: "BetaVAE" }
`;

/** configs/bbvae.yaml of January 2020: what seed 002 quotes. */
const seed002 = `
model_params: { name: 'BetaVAE', in_channels: 3, latent_dim: 128, loss_type: 'B', gamma: 10.0, max_capacity: 25, Capacity_max_iter: 10000 }
exp_params: { dataset: celeba, data_path: "../../shared/Data/", img_size: 64, batch_size: 144, LR: 0.0005, weight_decay: 0.0, scheduler_gamma: 0.95 }
trainer_params: { gpus: 1, max_nb_epochs: 50, max_epochs: 50 }
logging_params: { save_dir: "logs/", name: "BetaVAE_B", manual_seed: 1265 }
`;

function translate(text: string) {
  const path = join(temporaryFolder(), "theirs.yaml");
  writeFileSync(path, text);
  return configuration(shipped).translate(path, { readText });
}

/** Squared errors of a picture of 12 288 values, and its KL in nats. */
const values = 3 * 64 * 64;
const errors = Array.from({ length: values }, (_, i) => Math.sin(i) / 3);
const kl = 31.7;
const mean = (list: readonly number[]) => list.reduce((sum, one) => sum + one, 0) / list.length;
/** −ln p(x|z) without its normaliser, of errors on [0, 1]. */
const nats = (on01: readonly number[], sigma: number) =>
  (values / 2) * mean(on01.map((one) => (one / sigma) ** 2));

const rate = { schedule: "exponential", start: 0.005, factor: 0.95 };
const rising = { schedule: "linear", start: 0, end: 25, from: 0, to: 10_000, unit: "step" };

describe("the same loss in nats", () => {
  test("β-VAE, H: mse + β·kld_weight·KL on [0, 1]", () => {
    const { config } = translate(newer("name: BetaVAE, loss_type: H, beta: 10."));
    expect(config).toMatchObject({
      name: "theirs",
      seed: 1265,
      data: { source: "folder", size: 64, channels: 3, batchSize: 64, flip: true },
      model: { architecture: "celeba", latentDim: 128, likelihood: { kind: "gaussian", sigma: 1 } },
      objective: { kind: "beta", beta: 15.36 },
      optimizer: { kind: "adam", learningRate: rate, weightDecay: 0 },
      training: { epochs: 10 },
    });
    const theirs = mean(errors.map((one) => one ** 2)) + 10 * 0.00025 * kl;
    expect((nats(errors, 1) + 15.36 * kl) / 6144).toBeCloseTo(theirs, 12);
  });

  test("β-VAE, B, as of 2021 and as in seed 002", () => {
    expect(
      translate(newer("name: BetaVAE, loss_type: B, gamma: 10.0, max_capacity: 25, Capacity_max_iter: 10000"))
        .config,
    ).toMatchObject({
      model: { likelihood: { kind: "gaussian", sigma: 1 } },
      objective: { kind: "capacity", gamma: 15.36, capacity: rising },
    });
    const { config, origins, notes } = translate(seed002);
    expect(config).toMatchObject({
      seed: 1265,
      data: { batchSize: 144 },
      model: { likelihood: { kind: "gaussian", sigma: 0.5 } },
      objective: { kind: "capacity", gamma: expect.closeTo(54.355, 3), capacity: rising },
      optimizer: { learningRate: { ...rate, start: 0.0005 } },
      training: { epochs: 50 },
    });
    expect(origins.get("objective.gamma")).toBe(
      "model_params.gamma 10 × M_N 144/162770 × 6144, half the values of a picture",
    );
    expect(notes.join("\n")).toContain(
      "read as M/N (latents over pixels) it is 128/64², as in the preset celeba-beta-b",
    );
    // Errors on [−1, 1] are twice those on [0, 1].
    const halves = errors.map((one) => one / 2);
    const loss = (klWeight: number) => mean(errors.map((one) => one ** 2)) + 10 * klWeight * (kl - 25);
    const gamma = config.objective.gamma as number;
    expect((nats(halves, 0.5) + gamma * (kl - 25)) / 6144).toBeCloseTo(loss(144 / 162_770), 9);
    // And the seed's own reading of M_N, which the preset has.
    const preset = resolveConfig("celeba-beta-b").config;
    expect(preset.model.likelihood).toEqual({ kind: "gaussian", sigma: 0.5 });
    expect(preset.objective.gamma).toBe(1920);
    expect((nats(halves, 0.5) + 1920 * (kl - 25)) / 6144).toBeCloseTo(loss(128 / 64 ** 2), 12);
  });

  test("VanillaVAE weighs the KL by kld_weight alone; an unset β and γ are the class's own", () => {
    expect(translate(newer("name: VanillaVAE")).config.objective).toEqual({ kind: "beta", beta: 1.536 });
    expect(translate(newer("name: BetaVAE, loss_type: H")).config.objective.beta).toBe(6.144);
    expect(translate(newer("name: BetaVAE")).config.objective).toMatchObject({
      kind: "capacity",
      gamma: 1536,
    });
  });

  test("BetaTCVAE sums its errors: σ = √½, the weights as they are, γ rising", () => {
    const { config, notes } = translate(
      newer("name: BetaTCVAE, anneal_steps: 10000, alpha: 1., beta: 6., gamma: 1."),
    );
    expect(config).toMatchObject({
      model: { architecture: "burgess", likelihood: { sigma: expect.closeTo(Math.SQRT1_2, 9) } },
      objective: { kind: "tc", alpha: 1, beta: 6, gamma: { ...rising, end: 1 }, estimator: "mss" },
    });
    expect(nats(errors, Math.SQRT1_2)).toBeCloseTo(values * mean(errors.map((one) => one ** 2)), 9);
    expect(notes[0]).toContain("the net is the nearest there is");
  });

  test("clipping, and a rate that stays", () => {
    const text = newer("name: VanillaVAE")
      .replace("scheduler_gamma: 0.95, ", "")
      .replace("max_epochs: 10", "max_epochs: 10, gradient_clip_val: 0.8");
    expect(translate(text).config.optimizer).toMatchObject({ learningRate: 0.005, clipNorm: 0.8 });
  });
});

test("what is printed reads back as the same config, and needs no `from` any more", () => {
  const resolved = translate(seed002);
  const path = join(temporaryFolder(), "theirs.yaml");
  writeFileSync(path, formatConfig(resolved));
  expect(resolveConfig(path).config).toEqual(resolved.config);
});

test("what is left out is said, unknown keys by their names", () => {
  const { notes } = translate(
    newer("name: VanillaVAE, beta: 4, hidden: 3").replace("gpus: [1]", "gpus: [1], precision: 16"),
  );
  expect(notes).toContain("unknown key model_params.beta: left out"); // Not one of VanillaVAE's.
  expect(notes).toContain("unknown key model_params.hidden: left out");
  expect(notes).toContain("unknown key trainer_params.precision: left out");
  expect(notes).toContain("trainer_params.gpus is left out: what computes, the option `device` says");
  expect(notes.some((note) => note.includes("max_epochs") || note.includes("manual_seed"))).toBe(false);
});

test.each([
  ["name: FactorVAE", "no equivalent: its discriminator sees latents shuffled within each image"],
  ["name: VQVAE", "model_params.name VQVAE has no equivalent: there is no such model here"],
  ["name: BetaVAE, beta: -1", "model_params.beta is -1: expected at least 0"],
])("%s is refused", (model, message) => {
  expect(() => translate(newer(model))).toThrow(message);
});

test("missing numbers are named; other files are not taken for theirs", () => {
  expect(() => translate(newer("name: BetaVAE", "x: 1"))).toThrow("exp_params.kld_weight is missing");
  expect(() => translate(seed002.replace("batch_size: 144, ", ""))).toThrow(
    "exp_params.batch_size is missing",
  );
  expect(() => translate(seed002.replace("max_nb_epochs: 50, max_epochs: 50", ""))).toThrow(
    "trainer_params.max_epochs is missing",
  );
  expect(() => translate("seed: 1\n")).toThrow("is not a config of PyTorch-VAE");
});

test("as a config of ours, such a file is recognised", () => {
  const path = join(temporaryFolder(), "bbvae.yaml");
  writeFileSync(path, seed002);
  const error = { code: "config", hint: expect.stringContaining("`from` pytorch-vae") };
  expect(() => resolveConfig(path)).toThrow(expect.objectContaining(error));
});
