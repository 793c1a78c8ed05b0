/** From a resolved config to the things it names: model, objective, training job. */

import { BetalabError } from "../base/errors.ts";
import { type Config, schedulesIn } from "../config/index.ts";
import { batchesPerEpoch, type Dataset, isBinary, takeFirst } from "../data/index.ts";
import { decomposeKl, encodeSplit, type MeasuredModel } from "../metrics/index.ts";
import { createVae, type ImageShape, type Vae } from "../models/index.ts";
import { type BuiltObjective, type Objective, objectives, startsTooLate } from "../objectives/index.ts";
import type { Runtime } from "../runtime/index.ts";
import type { TrainingJob } from "../training/index.ts";

/**
 * The model of a config, for images of this shape. Throws "config" when the architecture can't take them.
 *
 * @param classes names of the data's classes, where they are known; a conditional model needs them
 */
export function buildVae(config: Config, image: ImageShape, classes?: readonly string[]): Vae {
  const { model } = config;
  // First of all, so that a model which can't take these images is told of before a missing label.
  const unconditional = createVae(model, image);
  if (!buildObjective(config).conditional) return unconditional;
  if (classes === undefined) {
    throw new BetalabError(
      "config",
      `objective.kind ${config.objective.kind} needs the class of every image, and data.source ${config.data.source} has none here`,
      "use a data set with labels, such as mnist, digits, or a folder with a folder per class",
    );
  }
  return createVae(model, image, classes);
}

export function buildObjective(config: Config): BuiltObjective {
  const objective: Objective = byName(objectives, (one) => one.kind, config.objective.kind);
  return objective.create(config.objective);
}

/** The training job of a config. Throws "config" when model, batch size and data don't fit together. */
export function buildJob(config: Config, data: Dataset, runtime: Runtime): TrainingJob {
  // All of it now, before there is a run that can't train.
  const { batchSize } = config.data;
  const stepsPerEpoch = batchesPerEpoch(data.train.images.count, batchSize);
  const vae = buildVae(config, imageShape(data), classesOf(data));
  const objective = buildObjective(config);
  checkFit(config, data, vae, objective);
  checkSchedules(config, stepsPerEpoch);
  return {
    vae,
    objective,
    mutualInformation: (state) => heldOutMutualInformation({ runtime, vae, state }, data, config.seed),
    optimizer: config.optimizer,
    data,
    batchSize,
    flip: config.data.flip,
    epochs: config.training.epochs,
    seed: config.seed,
    stepsPerCall: config.training.stepsPerCall,
    checkpointMinutes: config.training.checkpointMinutes,
    runtime,
  };
}

/** Throws "config", naming the key, for a likelihood or a batch size that is not for this data or objective. */
function checkFit(config: Config, data: Dataset, vae: Vae, objective: BuiltObjective): void {
  const misfit = vae.decoding.misfit?.({ binary: isBinary(data.heldOut.images) });
  if (misfit !== undefined) {
    const hint = "use model.likelihood.kind bernoulli";
    throw new BetalabError("config", `model.likelihood.kind ${config.model.likelihood.kind} ${misfit}`, hint);
  }
  const { leastBatch = 1 } = objective;
  if (config.data.batchSize < leastBatch) {
    throw new BetalabError(
      "config",
      `data.batchSize is ${config.data.batchSize}: objective.kind ${config.objective.kind} compares images with each other`,
      `use at least ${leastBatch}`,
    );
  }
}

function checkSchedules(config: Config, stepsPerEpoch: number): void {
  const totalSteps = stepsPerEpoch * config.training.epochs;
  for (const { key, schedule } of schedulesIn(config)) {
    if (!startsTooLate(schedule, { stepsPerEpoch, totalSteps })) continue;
    throw new BetalabError(
      "config",
      `${key}: the schedule ends before it starts: the run is over when it would begin to move`,
      `the run has ${config.training.epochs} epochs, ${totalSteps} steps; lower ${key}.from or raise training.epochs`,
    );
  }
}

/** Held-out images that the mutual information is measured on: its ceiling, ln of them, is 7.6 nats. */
const MEASURED = 2000;

async function heldOutMutualInformation(model: MeasuredModel, data: Dataset, seed: number): Promise<number> {
  const posteriors = await encodeSplit(model, takeFirst(data.heldOut, MEASURED));
  return (await decomposeKl(model.runtime, posteriors, { seed })).mutualInformation.mean;
}

export function classesOf({ train: { labels } }: Dataset): readonly string[] | undefined {
  return labels?.names;
}

export function imageShape({ train: { images } }: Dataset): ImageShape {
  return { height: images.height, width: images.width, channels: images.channels };
}

function byName<T>(registry: readonly T[], nameOf: (one: T) => string, name: string): T {
  const found = registry.find((one) => nameOf(one) === name);
  if (found === undefined) throw new Error(`internal: the config let "${name}" through`);
  return found;
}
