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

const training = (objective: NonNullable<PresetConfig["objective"]>): PresetConfig => ({
  data: { source: "folder", size: 64, channels: 3, batchSize: 144, flip: true },
  model: { architecture: "celeba", latentDim: 128, likelihood: { kind: "gaussian", sigma: 0.5 } },
  objective,
  optimizer: { learningRate: { schedule: "exponential", start: 5e-4, factor: 0.95 }, weightDecay: 0 },
  training: { epochs: 50, stepsPerCall: 1 },
});

export const celeba = [
  preset({
    name: "celeba-vae",
    summary: "faces at 64×64, convolutional with batch norm, 128 latents",
    source: `${source}; β in nats per nat`,
    config: training({ kind: "vae" }),
  }),
  preset({
    name: "celeba-beta",
    summary: "the same with β = 4",
    source: `${source}; β in nats per nat`,
    config: training({ kind: "beta", beta: 4 }),
  }),
  preset({
    name: "celeba-beta-b",
    summary: "the same with a capacity that rises to 25 nats",
    source:
      `${source}; C in nats as there, 0 to 25 over 10 000 steps; γ·M_N = 10·128/64² beside a mean over 12 288 values is ` +
      `γ = ${GAMMA * M_N * NATS} beside their sum in nats (PyTorch-VAE itself passes M_N = 0.00025: γ = 15.36)`,
    config: training({
      kind: "capacity",
      gamma: GAMMA * M_N * NATS,
      capacity: { schedule: "linear", start: 0, end: 25, to: 10_000, unit: "step" },
    }),
  }),
] as const;
