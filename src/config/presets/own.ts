/** Starting points of our own: the demo, and anyone's pictures. */

import type { Presets } from "./preset.ts";

export const own: Presets = {
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
