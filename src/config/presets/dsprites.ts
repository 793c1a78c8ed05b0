/**
 * The field's trainings on dSprites: Burgess' net at 64×64, 10 latents, Bernoulli, batches of 64. They also run on
 * the set that is drawn here: `data.source=sprites`.
 */

import { type Preset, type PresetConfig, preset } from "./preset.ts";

interface Setting<Name> {
  readonly name: Name;
  readonly summary: string;
  readonly source: string;
  readonly objective: NonNullable<PresetConfig["objective"]>;
  readonly learningRate: number;
  readonly epochs: number;
}

function setting<const Name extends string>(given: Setting<Name>): Preset<Name> {
  const { name, summary, source, objective, learningRate, epochs } = given;
  return preset({
    name,
    summary: `dSprites, convolutional, 10 latents, ${summary}`,
    source,
    config: {
      data: { source: "dsprites", batchSize: 64 },
      model: { architecture: "burgess", latentDim: 10 },
      objective,
      optimizer: { learningRate },
      training: { epochs, stepsPerCall: 4 },
    },
  });
}

export const dsprites = [
  setting({
    name: "dsprites-beta4",
    summary: "β = 4",
    source: "Higgins 2017's objective as YannDubs/disentangling-vae trains it (Adam 5e-4, 30 epochs)",
    objective: { kind: "beta", beta: 4 },
    learningRate: 5e-4,
    epochs: 30,
  }),
  setting({
    name: "dsprites-capacity",
    summary: "capacity 0 → 25 nats",
    source: "Burgess 2018: γ = 1000, C to 25 over 100 000 steps, Adam 5e-4, a million steps (here 97 epochs)",
    objective: {
      kind: "capacity",
      gamma: 1000,
      capacity: { schedule: "linear", start: 0, end: 25, to: 100_000, unit: "step" },
    },
    learningRate: 5e-4,
    epochs: 97,
  }),
  setting({
    name: "dsprites-tc",
    summary: "β-TCVAE, β = 6",
    source:
      "Chen 2018: α = γ = 1, β = 6; net, batch and Adam 5e-4 as in YannDubs/disentangling-vae (the authors: fully " +
      "connected, batch 2048); sampling is stratified with 1/N on the diagonal",
    objective: { kind: "tc", alpha: 1, beta: 6, gamma: 1 },
    learningRate: 5e-4,
    epochs: 30,
  }),
  setting({
    name: "dsprites-factor",
    summary: "FactorVAE, γ = 40",
    source:
      "Kim & Mnih 2018 and disentanglement_lib: 300 000 steps (29 epochs), Adam 1e-4, discriminator 6×1000 with Adam " +
      "1e-4, β (0.5, 0.9); γ = 40 of its grid 10 to 100",
    objective: { kind: "factor", gamma: 40 },
    learningRate: 1e-4,
    epochs: 29,
  }),
  setting({
    name: "dsprites-dip-ii",
    summary: "DIP-VAE II, λ = 10",
    source:
      "Kumar 2018 and disentanglement_lib: λ_od = 10 of its grid 1 to 50, λ_d = λ_od, 300 000 steps (29 epochs), Adam 1e-4",
    objective: { kind: "dip", variant: "ii", offDiagonal: 10, diagonal: 10 },
    learningRate: 1e-4,
    epochs: 29,
  }),
] as const;
