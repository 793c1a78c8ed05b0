/** From a resolved config to the things it names: model, objective, training job. */

import type { Config } from "../config/index.ts";
import { batchesPerEpoch, type Dataset } from "../data/index.ts";
import {
  type Architecture,
  architectures,
  type ImageShape,
  type Likelihood,
  likelihoods,
  Vae,
} from "../models/index.ts";
import { type BuiltObjective, type Objective, objectives } from "../objectives/index.ts";
import type { Runtime } from "../runtime/index.ts";
import type { TrainingJob } from "../training/index.ts";

/** The model of a config, for images of this shape. Throws "config" when the architecture can't take them. */
export function buildVae(config: Config, image: ImageShape): Vae {
  const { model } = config;
  const architecture: Architecture = byName(architectures, (one) => one.name, model.architecture);
  const likelihood: Likelihood = byName(likelihoods, (one) => one.kind, model.likelihood.kind);
  const network = architecture.create(model, image, model.latentDim);
  return new Vae(image, model.latentDim, network, likelihood.create(model.likelihood, network.output));
}

export function buildObjective(config: Config): BuiltObjective {
  const objective: Objective = byName(objectives, (one) => one.kind, config.objective.kind);
  return objective.create(config.objective);
}

/** The training job of a config. Throws "config" when model, batch size and data don't fit together. */
export function buildJob(config: Config, data: Dataset, runtime: Runtime): TrainingJob {
  batchesPerEpoch(data.train.images.count, config.data.batchSize); // Now, before there is a run that can't train.
  return {
    vae: buildVae(config, imageShape(data)),
    objective: buildObjective(config),
    optimizer: config.optimizer,
    data,
    batchSize: config.data.batchSize,
    flip: config.data.flip,
    epochs: config.training.epochs,
    seed: config.seed,
    stepsPerCall: config.training.stepsPerCall,
    checkpointMinutes: config.training.checkpointMinutes,
    runtime,
  };
}

export function imageShape({ train: { images } }: Dataset): ImageShape {
  return { height: images.height, width: images.width, channels: images.channels };
}

function byName<T>(registry: readonly T[], nameOf: (one: T) => string, name: string): T {
  const found = registry.find((one) => nameOf(one) === name);
  if (found === undefined) throw new Error(`internal: the config let "${name}" through`);
  return found;
}
