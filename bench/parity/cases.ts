/**
 * What is compared with PyTorch: every architecture, every path through the optimiser, and objectives whose loss is more
 * than a weighted KL.
 */

import type { Config, ConfigInput } from "../../src/config/index.ts";
import { resolveConfig } from "../../src/config/node.ts";
import type { ImageShape } from "../../src/models/index.ts";

export interface ParityCase {
  readonly name: string;
  readonly image: ImageShape;
  readonly batchSize: number;
  /** `model`, `objective` and `optimizer` count; an epoch is one step, so that schedules move. */
  readonly config: Config;
}

function parityCase(
  name: string,
  [height, width, channels]: readonly [number, number, number],
  batchSize: number,
  sections: Pick<ConfigInput, "model" | "objective" | "optimizer">,
): ParityCase {
  const { config } = resolveConfig({ name, data: { source: "digits", batchSize }, ...sections });
  return { name, image: { height, width, channels }, batchSize, config };
}

const mlp = (name: string, optimizer: NonNullable<ConfigInput["optimizer"]>) =>
  parityCase(name, [28, 28, 1], 8, {
    model: { architecture: "mlp", hidden: [400, 400], latentDim: 20 },
    objective: { kind: "vae" },
    optimizer: { epsilon: 1e-3, ...optimizer },
  });

/**
 * Adam divides by the gradient's own size, so a gradient that is rounding alone (a bias before a batch norm has
 * no other) still moves its weight by a whole learning rate, and PyTorch in single precision is then as far
 * from itself in double as we are. Where that drowns the comparison a case has a large ε.
 */
const fading = { schedule: "exponential", start: 1e-3, factor: 0.5 } as const;

export const cases: readonly ParityCase[] = [
  mlp("mlp", {}),
  mlp("mlp, weight decay", { weightDecay: 0.1 }),
  mlp("mlp, clipped", { clipNorm: 10 }),
  mlp("mlp, ExponentialLR", { learningRate: fading }),
  parityCase("mlp, Gaussian, β-VAE", [8, 6, 3], 8, {
    model: { architecture: "mlp", hidden: [64], latentDim: 5, likelihood: { kind: "gaussian", sigma: 0.1 } },
    objective: { kind: "beta", beta: 4 },
  }),
  parityCase("conv28, β-VAE", [28, 28, 1], 4, {
    model: { architecture: "conv28", latentDim: 16 },
    objective: { kind: "beta", beta: 10 },
  }),
  // Batches of whole blocks: the CPU's lowerings of large kernel gradients take part.
  parityCase("conv28, β-VAE, batch 32", [28, 28, 1], 32, {
    model: { architecture: "conv28", latentDim: 16 },
    objective: { kind: "beta", beta: 10 },
    optimizer: { epsilon: 1e-3 },
  }),
  parityCase("celeba, VAE, batch 16", [64, 64, 3], 16, {
    model: { architecture: "celeba", latentDim: 128, likelihood: { kind: "gaussian", sigma: 0.5 } },
    objective: { kind: "vae" },
    optimizer: { learningRate: 1e-3, epsilon: 1 },
  }),
  parityCase("burgess 32, Gaussian", [32, 32, 3], 4, {
    model: { architecture: "burgess", latentDim: 10, likelihood: { kind: "gaussian", sigma: 0.1 } },
    objective: { kind: "vae" },
    optimizer: { weightDecay: 0.1, clipNorm: 100, learningRate: fading, epsilon: 1e-3 },
  }),
  parityCase("burgess 64, β-VAE", [64, 64, 1], 4, {
    model: { architecture: "burgess", latentDim: 10 },
    objective: { kind: "beta", beta: 4 },
  }),
  parityCase("celeba, Gaussian, β-VAE", [64, 64, 3], 6, {
    model: { architecture: "celeba", latentDim: 128, likelihood: { kind: "gaussian", sigma: 0.5 } },
    objective: { kind: "beta", beta: 4 },
    optimizer: { learningRate: 1e-3, epsilon: 1 },
  }),
  parityCase("conv, odd sizes", [37, 30, 3], 4, {
    model: { architecture: "conv", width: 8, hidden: 32, latentDim: 6 },
    objective: { kind: "vae" },
  }),
  parityCase("residual, attention, Gaussian", [16, 24, 3], 4, {
    model: {
      architecture: "residual",
      width: 32,
      depth: 2,
      attention: true,
      latentDim: 6,
      likelihood: { kind: "gaussian", sigma: 0.1 },
    },
    objective: { kind: "vae" },
    optimizer: { epsilon: 1e-3 },
  }),
  parityCase("mlp, VampPrior", [12, 10, 1], 8, {
    model: { architecture: "mlp", hidden: [64], latentDim: 6, prior: { kind: "vamp", components: 5 } },
    objective: { kind: "beta", beta: 2 },
    optimizer: { epsilon: 1e-3 },
  }),
  // Whole blocks of images and channels.
  parityCase("residual, batch 16", [16, 16, 1], 16, {
    model: { architecture: "residual", width: 32, depth: 1, blocks: 2, latentDim: 6 },
    objective: { kind: "vae" },
    optimizer: { epsilon: 1e-3 },
  }),
  ...(
    [
      { kind: "capacity", gamma: 100, capacity: 5 },
      { kind: "tc", alpha: 1, beta: 6, gamma: 1 },
      { kind: "softFreeBits", lambda: 0.05, tolerance: 0.1, rate: 0.1 },
    ] as const
  ).map((objective) =>
    parityCase(`mlp, ${objective.kind}`, [28, 28, 1], 8, {
      model: { architecture: "mlp", hidden: [400], latentDim: 50 },
      objective,
      optimizer: { epsilon: 1e-3 },
    }),
  ),
];
