/** The MNIST trainings of the seed documents, and of PyTorch's example. */

import { type Preset, type PresetConfig, preset } from "./preset.ts";

function conv<const Beta extends number>(beta: Beta): Preset<`mnist-conv-beta${Beta}`> {
  return preset({
    name: `mnist-conv-beta${beta}`,
    summary: `MNIST, convolutional, 16 latents, β = ${beta}`,
    source: "seed 000: β-VAE notebook (Adam 1e-3, batch 32, 10 epochs)",
    config: {
      data: { source: "mnist", batchSize: 32 },
      model: { architecture: "conv28", latentDim: 16 },
      objective: { kind: "beta", beta },
      // 1,875 steps an epoch are calls of five: one of another length would have a program, and memory, of its own.
      training: { epochs: 10, stepsPerCall: 5 },
    },
  });
}

interface Mlp<Name> {
  readonly name: Name;
  readonly hidden: number[];
  readonly latentDim: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly source: string;
  readonly objective?: PresetConfig["objective"];
  readonly note?: string;
}

function mlp<const Name extends string>(given: Mlp<Name>): Preset<Name> {
  const { name, hidden, latentDim, batchSize, epochs, source, objective, note = "" } = given;
  return preset({
    name,
    summary: `MNIST, fully connected ${[784, ...hidden, latentDim].join("-")}${note}`,
    source,
    config: {
      data: { source: "mnist", batchSize },
      model: { architecture: "mlp", hidden, latentDim },
      objective: objective ?? { kind: "beta", beta: 1 },
      // Some thousand images a call: the state crosses into the runtime rarely, and it compiles in a moment.
      training: { epochs, stepsPerCall: Math.min(64, Math.floor(8192 / batchSize)) },
    },
  });
}

const notebook = { hidden: [400], latentDim: 50, batchSize: 128, epochs: 10 };

export const mnist = [
  conv(10),
  conv(1),
  mlp({
    name: "mnist-mlp-400-400-20",
    hidden: [400, 400],
    latentDim: 20,
    batchSize: 32,
    epochs: 9,
    source: "seed 001: VAE tutorial (Adam 1e-3, batch 32, 9 epochs)",
  }),
  mlp({
    name: "mnist-mlp-20",
    hidden: [400],
    latentDim: 20,
    batchSize: 128,
    epochs: 10,
    source: "PyTorch's examples/vae (Adam 1e-3, batch 128, 10 epochs)",
  }),
  mlp({
    ...notebook,
    name: "mnist-mlp-50",
    source: "seed 003: soft free bits notebook, its plain VAE (Adam 1e-3, batch 128, 10 epochs)",
  }),
  mlp({
    ...notebook,
    name: "mnist-mlp-50-annealed",
    objective: { kind: "annealed", beta: { schedule: "staircase", start: 0, end: 1 } },
    note: ", β = epoch/epochs",
    source: "seed 003: soft free bits notebook, its scheduled β (epoch/10, from 0.1 to 1)",
  }),
  mlp({
    ...notebook,
    name: "mnist-mlp-50-soft-free-bits",
    objective: { kind: "softFreeBits", lambda: 0.5, tolerance: 0.1, rate: 0.1 },
    note: ", soft free bits",
    source: "seed 003: soft free bits notebook (λ = 0.5 nats a latent, τ = r = 0.1, weights start at random)",
  }),
] as const;
