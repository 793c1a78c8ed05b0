/**
 * The training steps that are measured. Each is a config, by a preset's name where there is one, so that what
 * is measured is what `betalab train` runs.
 */

import type { Config, ConfigInput } from "../src/config/index.ts";
import { resolveConfig } from "../src/config/node.ts";
import type { ImageShape } from "../src/models/index.ts";

export interface BenchStep {
  readonly name: string;
  readonly title: string;
  readonly image: ImageShape;
  readonly config: Config;
}

/** A step from a preset's name or from values, as a config file has them. */
export function benchStep(name: string, title: string, image: ImageShape, values: ConfigInput): BenchStep {
  return { name, title, image, config: resolveConfig({ name: `bench-${name}`, ...values }).config };
}

const small = { height: 28, width: 28, channels: 1 };

export const steps: readonly BenchStep[] = [
  benchStep("mlp-50", "784-400-50 MLP, batch 128", small, { preset: "mnist-mlp-50" }),
  benchStep("mlp-400-20", "784-400-400-20 MLP, batch 32", small, { preset: "mnist-mlp-400-400-20" }),
  benchStep("conv28", "conv28, L=16, batch 32", small, { preset: "mnist-conv-beta1" }),
  benchStep(
    "burgess",
    "burgess 64×64×1, L=10, batch 64",
    { height: 64, width: 64, channels: 1 },
    {
      data: { source: "sprites", batchSize: 64 },
      model: { architecture: "burgess", latentDim: 10 },
      objective: { kind: "beta", beta: 4 },
      optimizer: { learningRate: 5e-4 },
    },
  ),
  benchStep(
    "celeba",
    "celeba 64×64×3, batch norm, L=128, batch 64",
    { height: 64, width: 64, channels: 3 },
    { preset: "celeba-vae", data: { batchSize: 64, flip: false } },
  ),
];
