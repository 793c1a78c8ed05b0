/** From a resolved config to the things it names: model, objective, training job. Runs in a page. */

import { pick } from "../base/definitions.ts";
import { BetalabError } from "../base/errors.ts";
import { formatCount, formatGigabytes, plural } from "../base/format.ts";
import { type Config, type Registries, schedulesIn } from "../config/index.ts";
import { batchesPerEpoch, type Dataset, isBinary, takeFirst } from "../data/index.ts";
import { elementCount } from "../graph/index.ts";
import { encodeSplit, type TrainedModel } from "../latent/index.ts";
import { type DecompositionOptions, decomposeKl } from "../metrics/index.ts";
import { createVae, formatImage, type ImageShape, type Vae } from "../models/index.ts";
import { type Chain, startsTooLate } from "../nn/index.ts";
import type { BuiltObjective } from "../objectives/index.ts";
import type { Runtime } from "../runtime/index.ts";
import {
  batchCoupling,
  type Forecast,
  forecastOf,
  memoryOf,
  type TrainingJob,
  trainingProgram,
} from "../training/index.ts";
import { inferenceState } from "./inference-state.ts";

/** What a config trains. */
export interface Built {
  readonly vae: Vae;
  readonly objective: BuiltObjective;
}

export interface BuildOptions {
  /** Names of the data's classes, where they are known; a conditional model needs them. */
  readonly classes?: readonly string[] | undefined;
  /** Where the config's names are looked up. */
  readonly registries: Registries;
}

/** The model and the objective of a config, for images of this shape. Throws "config" when they don't fit together. */
export function buildModel(config: Config, image: ImageShape, { classes, registries }: BuildOptions): Built {
  const objective = buildObjective(config, registries);
  const seen = objective.conditional ? classes : undefined;
  const { standardPriorOnly } = objective;
  if (standardPriorOnly !== undefined && (config.model.prior?.kind ?? "normal") !== "normal") {
    throw new BetalabError(
      "config",
      `objective.kind ${config.objective.kind} ${standardPriorOnly}: it does not go with model.prior.kind ${config.model.prior?.kind}`,
      "leave model.prior out, or use objective.kind vae, beta, annealed, capacity, klTarget, factor or iwae",
    );
  }
  const vae = createVae(config.model, image, { ...registries, classes: seen });
  if (objective.conditional && classes === undefined) {
    throw new BetalabError(
      "config",
      `objective.kind ${config.objective.kind} needs the class of every image, and data.source ${config.data.source} has none here`,
      "use a data set with labels, such as mnist, digits, or a folder with a folder per class",
    );
  }
  return { vae, objective };
}

export function buildObjective(config: Config, registries: Registries): BuiltObjective {
  return pick(registries.objectives, config.objective.kind, "objective.kind").create(config.objective);
}

export function buildOptimizer(config: Config, registries: Registries): Chain {
  return pick(registries.optimizers, config.optimizer.kind, "optimizer.kind").create(config.optimizer);
}

/**
 * The training job of a config. Throws "config" when model, batch size, data and this machine's memory don't fit
 * together: before there is a run that can't train.
 */
export function buildJob(
  config: Config,
  data: Dataset,
  runtime: Runtime,
  registries: Registries,
): TrainingJob {
  const { batchSize } = config.data;
  const stepsPerEpoch = batchesPerEpoch(data.train.images.count, batchSize);
  const classes = data.train.labels?.names;
  const built = buildModel(config, imageShape(data), { classes, registries });
  const { vae, objective } = built;
  checkFit(config, data, built);
  checkState(vae, runtime);
  checkSchedules(config, stepsPerEpoch);
  const optimizer = buildOptimizer(config, registries);
  const { accumulate } = config.training;
  const step = (size: number) => trainingProgram({ vae, objective, optimizer, batchSize: size, unroll: 1 });
  const coupling = batchCoupling(step(batchSize), objective);
  checkParts(config, coupling);
  const part = forecastOf(step(batchSize / accumulate).program);
  const forecast = { ...part, flops: accumulate * part.flops, traffic: accumulate * part.traffic };
  checkMemory(forecast, config, vae, runtime, coupling === undefined);
  return {
    vae,
    objective,
    mutualInformation: (state, signal) =>
      heldOutMutualInformation({ runtime, vae, state }, data, { seed: config.seed, signal }),
    optimizer,
    forecast,
    data,
    batchSize,
    flip: config.data.flip,
    epochs: config.training.epochs,
    seed: config.seed,
    stepsPerCall: config.training.stepsPerCall,
    accumulate,
    checkpointMinutes: config.training.checkpointMinutes,
    monitor: config.training.monitor,
    stopAfter: config.training.stopAfter,
    runtime,
  };
}

/** Throws "config", naming the key, for a likelihood or a batch size that is not for this data or objective. */
function checkFit(config: Config, data: Dataset, { vae, objective }: Built): void {
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

/** A weight, its gradient and the optimiser's two moments, as float32. */
const BYTES_A_PARAMETER = 4 * 4;

/** Throws "config" for a model whose state alone could not fit into the memory that the engine has here. */
function checkState(vae: Vae, { memory, description }: Runtime): void {
  const parameters = inferenceState(vae)
    .filter(({ kind }) => kind === "parameter")
    .reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const bytes = BYTES_A_PARAMETER * parameters;
  if (bytes <= memory) return;
  throw new BetalabError(
    "config",
    `the model has ${formatCount(parameters)} parameters: with gradients and moments ${formatGigabytes(bytes)}, and ${description} has ${formatGigabytes(memory)} here`,
    "lower the widths in model, such as model.hidden",
  );
}

/** Throws "config", naming the key, for a batch that can't be taken in `training.accumulate` parts. */
function checkParts(
  { data: { batchSize }, training: { accumulate } }: Config,
  coupling: string | undefined,
): void {
  if (accumulate === 1) return;
  const refuse = (why: string, hint: string) => {
    throw new BetalabError("config", `training.accumulate is ${accumulate}: ${why}`, hint);
  };
  if (coupling !== undefined)
    refuse(`gradients of parts are not the batch's, for ${coupling}`, "leave it at 1");
  if (batchSize % accumulate !== 0)
    refuse(`it does not divide data.batchSize, ${batchSize}`, "choose a divisor, or another batch size");
}

/** Throws "config" for a step whose activations could not. */
function checkMemory(
  forecast: Forecast,
  { data: { batchSize }, training: { accumulate } }: Config,
  { image }: Vae,
  { memory, description }: Runtime,
  divisible: boolean,
) {
  const bytes = memoryOf(forecast);
  if (bytes <= memory) return;
  const part = batchSize / accumulate;
  const fits = (images: number) =>
    memoryOf({ ...forecast, activations: (forecast.activations * images) / part }) <= 0.9 * memory;
  const whole = Array.from({ length: batchSize }, (_, i) => batchSize - i);
  const most = whole.find((count) => count % accumulate === 0 && fits(count / accumulate));
  const parts = divisible
    ? whole.toReversed().find((count) => batchSize % count === 0 && fits(batchSize / count))
    : undefined;
  const what =
    accumulate === 1
      ? `data.batchSize is ${batchSize}: a step on so many images`
      : `data.batchSize is ${batchSize} and training.accumulate ${accumulate}: a part of ${plural(part, "image")}`;
  const instead =
    parts === undefined ? "" : `, or set training.accumulate to ${parts} for the same step in parts`;
  throw new BetalabError(
    "config",
    `${what} of ${formatImage(image)} takes about ${formatGigabytes(bytes)}, and ${description} has ${formatGigabytes(memory)} here`,
    `lower ${most === undefined ? "" : `data.batchSize, to ${most} for example, `}data.size or the widths in model${instead}`,
  );
}

function checkSchedules(config: Config, stepsPerEpoch: number): void {
  const totalSteps = stepsPerEpoch * config.training.epochs;
  for (const { key, schedule } of schedulesIn(config)) {
    if (!startsTooLate(schedule, { stepsPerEpoch, totalSteps })) continue;
    throw new BetalabError(
      "config",
      `${key}: the schedule ends before it starts: the run is over when it would begin to move`,
      `the run has ${plural(config.training.epochs, "epoch")}, ${plural(totalSteps, "step")}; lower ${key}.from or raise training.epochs`,
    );
  }
}

/** Held-out images that the mutual information is measured on: its ceiling, ln of them, is 7.6 nats. */
const MEASURED = 2000;

async function heldOutMutualInformation(
  model: TrainedModel,
  data: Dataset,
  options: Pick<DecompositionOptions, "seed" | "signal">,
): Promise<number> {
  const posteriors = await encodeSplit(model, takeFirst(data.heldOut, MEASURED), options);
  return (await decomposeKl(model.runtime, posteriors, options)).mutualInformation.mean;
}

export function imageShape({ train: { images } }: Dataset): ImageShape {
  return { height: images.height, width: images.width, channels: images.channels };
}
