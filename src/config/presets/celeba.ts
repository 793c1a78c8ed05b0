/**
 * The face trainings of seed 002, PyTorch-VAE's BetaVAE. Its loss is a mean over 3·64·64 values of squared errors on
 * [−1, 1]; as a likelihood that is a Gaussian with σ = 1 there, σ = 0.5 on [0, 1], times 2/12288. What stands
 * beside it is translated by the same factor: the weight of a nat of KL is the seed's times 6144.
 */

import { type PresetConfig, preset } from "./preset.ts";

const NATS = (3 * 64 * 64) / 2;
/** The seed's M_N, which it explains as M/N: 128 latents by 64·64 pixels. */
const M_N = 128 / (64 * 64);
const GAMMA = 10;

const source =
  "seed 002: PyTorch-VAE (Adam 5e-4, ×0.95 an epoch, batch 144, 50 epochs, mirrored pictures); its mean-squared " +
  "error on [−1, 1] is a Gaussian with σ = 1 there, which is σ = 0.5 on [0, 1]";

const reasons = {
  "model.likelihood.sigma":
    "the seed's mean of squared errors on [−1, 1], times 6144 (half of 3·64·64 values), is −ln p(x|z) with σ = 1 there, 0.5 on [0, 1]",
  "model.latentDim": "the seed's M",
  "optimizer.learningRate": "the seed's LR and scheduler_gamma",
};

/** The seed's code of January 2020 passes the batch over CelebA's training images as M_N. */
const PASSED = 144 / 162_770;

const training = (objective: NonNullable<PresetConfig["objective"]>): PresetConfig => ({
  data: { source: "folder", size: 64, channels: 3, batchSize: 144, flip: true },
  model: { architecture: "celeba", latentDim: 128, likelihood: { kind: "gaussian", sigma: 0.5 } },
  objective,
  optimizer: { learningRate: { schedule: "exponential", start: 5e-4, factor: 0.95 }, weightDecay: 0 },
  training: { epochs: 50, stepsPerCall: 2 },
});

export const celeba = [
  preset({
    name: "celeba-vae",
    summary: "faces at 64×64, convolutional with batch norm, 128 latents",
    source: `${source}; β in nats per nat`,
    reasons,
    config: training({ kind: "vae" }),
  }),
  preset({
    name: "celeba-beta",
    summary: "the same with β = 4",
    source: `${source}; β in nats per nat`,
    reasons,
    config: training({ kind: "beta", beta: 4 }),
  }),
  preset({
    name: "celeba-beta-b",
    summary: "the same with a capacity that rises to 25 nats",
    source:
      `${source}; C in nats as there, 0 to 25 over 10 000 steps; γ·M_N = 10·128/64² beside a mean over 12 288 values is ` +
      `γ = ${GAMMA * M_N * NATS} beside their sum in nats (its code passes 144/162 770 for M_N: γ = ${(GAMMA * PASSED * NATS).toFixed(1)})`,
    reasons: {
      ...reasons,
      "objective.gamma":
        `the seed's γ = 10 times M_N = M/N = 128/64² times 6144, as its errors: ${GAMMA * M_N * NATS}; with the ` +
        `144/162 770 that its code passes for M_N it would be ${(GAMMA * PASSED * NATS).toFixed(1)}: set objective.gamma`,
      "objective.capacity": "the seed's max_capacity and Capacity_max_iter; C is in nats there as here",
    },
    config: training({
      kind: "capacity",
      gamma: GAMMA * M_N * NATS,
      capacity: { schedule: "linear", start: 0, end: 25, to: 10_000, unit: "step" },
    }),
  }),
] as const;
