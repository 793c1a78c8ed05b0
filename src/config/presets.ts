/**
 * Named configs: the trainings of the seed documents, and starting points for one's own pictures. Each says
 * where its settings come from.
 */

import type { ConfigInput } from "./schema.ts";

export interface Preset {
  /** One line for `betalab presets`. */
  readonly summary: string;
  /** Where the settings come from. */
  readonly source: string;
  readonly config: ConfigInput;
}

const mnistConv = (beta: number): Preset => ({
  summary: `MNIST, convolutional, 16 latents, β = ${beta}`,
  source: "seed 000: β-VAE notebook (Adam 1e-3, batch 32, 10 epochs)",
  config: {
    name: `mnist-conv-beta${beta}`,
    data: { source: "mnist", batchSize: 32 },
    model: { architecture: "conv28", latentDim: 16 },
    objective: { kind: "beta", beta },
    training: { epochs: 10, stepsPerCall: 4 },
  },
});

const mnistMlp = (
  name: string,
  hidden: number[],
  latentDim: number,
  batchSize: number,
  epochs: number,
  source: string,
): Preset => ({
  summary: `MNIST, fully connected ${[784, ...hidden, latentDim].join("-")}`,
  source,
  config: {
    name,
    data: { source: "mnist", batchSize },
    model: { architecture: "mlp", hidden, latentDim },
    objective: { kind: "beta", beta: 1 },
    training: { epochs, stepsPerCall: 16 },
  },
});

const celeba = (name: string, objective: ConfigInput["objective"], summary: string): Preset => ({
  summary,
  source:
    "seed 002: PyTorch-VAE (Adam 5e-4, ×0.95 an epoch, batch 144, 50 epochs, mirrored pictures); its mean-squared " +
    "error on [−1, 1] is a Gaussian with σ = 1 there, which is σ = 0.5 on [0, 1]; β in nats per nat",
  config: {
    name,
    data: { source: "folder", size: 64, channels: 3, batchSize: 144, flip: true },
    model: { architecture: "celeba", latentDim: 128, likelihood: { kind: "gaussian", sigma: 0.5 } },
    objective,
    optimizer: { learningRate: { schedule: "exponential", start: 5e-4, factor: 0.95 } },
    training: { epochs: 50, stepsPerCall: 1 },
  },
});

export const presets: Readonly<Record<string, Preset>> = {
  demo: {
    summary: "handwriting-like digits drawn here, in about half a minute",
    source: "ours",
    config: {
      name: "demo",
      data: { source: "digits", batchSize: 128 },
      model: { architecture: "mlp", hidden: [400], latentDim: 10 },
      objective: { kind: "beta", beta: 1 },
      training: { epochs: 40, stepsPerCall: 8 },
    },
  },
  "mnist-conv-beta10": mnistConv(10),
  "mnist-conv-beta1": mnistConv(1),
  "mnist-mlp-400-400-20": mnistMlp(
    "mnist-mlp-400-400-20",
    [400, 400],
    20,
    32,
    9,
    "seed 001: VAE tutorial (Adam 1e-3, batch 32, 9 epochs)",
  ),
  "mnist-mlp-20": mnistMlp(
    "mnist-mlp-20",
    [400],
    20,
    128,
    10,
    "PyTorch's examples/vae (Adam 1e-3, batch 128, 10 epochs)",
  ),
  "mnist-mlp-50": mnistMlp(
    "mnist-mlp-50",
    [400],
    50,
    128,
    10,
    "seed 003: soft free bits notebook, its plain VAE (Adam 1e-3, batch 128, 10 epochs)",
  ),
  "celeba-vae": celeba(
    "celeba-vae",
    { kind: "vae" },
    "faces at 64×64, convolutional with batch norm, 128 latents",
  ),
  "celeba-beta": celeba("celeba-beta", { kind: "beta", beta: 4 }, "the same with β = 4"),
  folder: {
    summary: "anyone's pictures at 64×64 in colour: betalab train folder --data DIR",
    source: "ours: σ = 0.1 keeps detail in photographs",
    config: {
      name: "folder",
      data: { source: "folder", size: 64, channels: 3, batchSize: 32, flip: true },
      model: { architecture: "conv", latentDim: 32, likelihood: { kind: "gaussian", sigma: 0.1 } },
      objective: { kind: "beta", beta: 1 },
      optimizer: { learningRate: 5e-4, clipNorm: 1000 },
      training: { epochs: 60, stepsPerCall: 2 },
    },
  },
};
