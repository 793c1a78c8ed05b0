/** Starting points of our own: the demo, and anyone's pictures. */

import { preset } from "./preset.ts";

export const demo = preset({
  name: "demo",
  summary: "handwriting-like digits drawn here, in about half a minute",
  source: "ours",
  config: {
    data: { source: "digits", batchSize: 128 },
    model: { architecture: "mlp", hidden: [400], latentDim: 10 },
    objective: { kind: "beta", beta: 1 },
    training: { epochs: 40, stepsPerCall: 8 },
  },
});

export const folder = preset({
  name: "folder",
  summary: "anyone's pictures, a folder of them, at 64×64 in colour",
  source:
    "ours: batch norm starts to learn within a hundred steps where a plain net takes thousands, σ = 0.05 keeps " +
    "detail; for other sizes than 64 set model.architecture=conv",
  config: {
    data: { source: "folder", size: 64, channels: 3, batchSize: 16, flip: true },
    model: { architecture: "celeba", latentDim: 64, likelihood: { kind: "gaussian", sigma: 0.05 } },
    objective: { kind: "beta", beta: 1 },
    optimizer: { learningRate: 1e-3 },
    training: { epochs: 60, stepsPerCall: 1 },
  },
});
