/** Burda et al. 2016, one stochastic layer: dynamically binarised MNIST, k latents for each image. */

import { type Preset, preset } from "./preset.ts";

/** Eight rates, 10^(−3 − i/7) for 3^i epochs each: 3 280 in all. */
const RATES = Array.from({ length: 8 }, (_, i) => 1e-3 * 10 ** (-i / 7));
const DURATIONS = RATES.map((_, i) => 3 ** i);
const EPOCHS = DURATIONS.reduce((total, epochs) => total + epochs);

function trained<const Samples extends number>(samples: Samples): Preset<`iwae-784-200-200-50-k${Samples}`> {
  return preset({
    name: `iwae-784-200-200-50-k${samples}`,
    summary: `MNIST drawn black and white anew each epoch, importance-weighted, ${samples} sample${samples === 1 ? "" : "s"}`,
    source:
      "Burda 2016 (784-200-200-50, tanh, Glorot, batch 20, Adam with ε = 1e-4, rates 10^(−3 − i/7) for 3^i epochs, " +
      "3 280 epochs: days; lower training.epochs)",
    config: {
      data: { source: "mnist", batchSize: 20, binarize: "dynamic" },
      model: {
        architecture: "mlp",
        hidden: [200, 200],
        activation: "tanh",
        initialization: "glorot",
        latentDim: 50,
      },
      objective: { kind: "iwae", samples },
      optimizer: {
        learningRate: { schedule: "piecewise", values: RATES, durations: DURATIONS.slice(0, -1) },
        epsilon: 1e-4,
      },
      training: { epochs: EPOCHS, stepsPerCall: 8 },
    },
  });
}

export const iwae = [trained(1), trained(5), trained(50)] as const;
