/** Sweeps by name: the questions that the seed documents leave open. */

import type { SweepInput } from "./schema.ts";

export interface SweepPreset {
  /** One line for `betalab sweep --help` and the documentation. */
  readonly summary: string;
  /** Where the settings come from. */
  readonly source: string;
  readonly sweep: SweepInput;
}

export const sweepPresets: Readonly<Record<string, SweepPreset>> = {
  "mnist-betas": {
    summary: "MNIST, the convolutional net of seed 000, β 1, 2, 3, 4, 10 × 3 seeds",
    source: 'seed 000: "What is the difference between β = 2, β = 3, …; is β = 4 any different from β = 10?"',
    sweep: {
      config: "mnist-conv-beta1",
      grid: { "objective.beta": [1, 2, 3, 4, 10] },
      seeds: 3,
      // biome-ignore lint/suspicious/noThenProperty: the word of the file; nobody awaits it
      then: ["evaluate", "metrics"],
    },
  },
  "sprites-betas": {
    summary: "sprites at 64×64, Burgess's net, β 1, 2, 4, 6, 8, 16 × 3 seeds, disentanglement metrics",
    source:
      "disentanglement_lib's β-VAE sweep (its six β, batch 64, 10 latents, Adam 1e-4 × 300 000 steps) on the sprites " +
      "drawn here, with Burgess's net and Adam 5e-4 × 30 epochs as in YannDubs/disentangling-vae",
    sweep: {
      config: {
        name: "sprites-betas",
        data: { source: "sprites", size: 64, batchSize: 64 },
        model: { architecture: "burgess", latentDim: 10 },
        objective: { kind: "beta", beta: 1 },
        optimizer: { learningRate: 5e-4 },
        training: { epochs: 30, stepsPerCall: 4 },
      },
      grid: { "objective.beta": [1, 2, 4, 6, 8, 16] },
      seeds: 3,
      // biome-ignore lint/suspicious/noThenProperty: the word of the file; nobody awaits it
      then: ["evaluate", "metrics"],
    },
  },
};
