/** One forward pass of an objective on a small model, as the training step makes it, for the interpreter. */

import { type Dataset, memoryImages } from "../../src/data/index.ts";
import { input, interpret, reshape, slice, type Tensor, type Value } from "../../src/graph/index.ts";
import type { Vae } from "../../src/models/index.ts";
import { StateContext } from "../../src/nn/index.ts";
import {
  type BuiltObjective,
  type Objective,
  type ObjectiveResult,
  objectives,
  type RandomDraw,
} from "../../src/objectives/index.ts";
import { Feeder } from "../../src/training/feeds.ts";
import { elbo } from "../../src/training/index.ts";
import { initialProgress } from "../../src/training/progress.ts";
import { initialFeeds, makeVae, noisePixels } from "./models.ts";
import { makeOptimizer } from "./training.ts";

export const IMAGE = { height: 4, width: 3, channels: 1 };
export const LATENT = 3;

/** An objective by kind, its options as a config would give them. */
export function makeObjective(kind: string, options: Readonly<Record<string, unknown>> = {}): BuiltObjective {
  const found: Objective = objectives.find((one) => one.name === kind)!;
  return found.create(found.options.parse(options));
}

/** A small smooth model, without the kinks of ReLU; conditional when the objective is. */
export function smallVae(objective: BuiltObjective, likelihood?: Readonly<Record<string, unknown>>): Vae {
  const made = (classes?: readonly string[]) => {
    const options = { hidden: [5], activation: "tanh" };
    return makeVae({
      architecture: "mlp",
      options,
      image: IMAGE,
      latentDim: LATENT,
      classes,
      ...(likelihood && { likelihood }),
    });
  };
  return made(objective.conditional ? ["a", "b"] : undefined);
}

export interface Forward {
  readonly result: ObjectiveResult;
  readonly terms: Readonly<Record<string, Tensor>>;
  readonly context: StateContext;
  /** State by name and everything else that the pass is fed. */
  readonly feeds: Record<string, Value>;
}

/** Builds the pass, fed by the product's own feeder as at step 0 of a run of ten epochs. */
export function forward(
  objective: BuiltObjective,
  { batchSize = 4, dataSize = 20, vae = smallVae(objective) } = {},
): Forward {
  const scalarNames = Object.keys({ ...objective.scalars, ...vae.decoding.scalars });
  const scalars = input("scalars", [1, scalarNames.length]);
  const scalar = (name: string): Tensor =>
    reshape(slice(scalars, 1, scalarNames.indexOf(name), scalarNames.indexOf(name) + 1), []);
  const draws: RandomDraw[] = [];
  const random = (draw: RandomDraw): Tensor => {
    draws.push(draw);
    return input(`random:${draw.name}`, draw.shape, draw.kind === "permutation" ? "int32" : "float32");
  };
  const context = new StateContext("train", new Map(), scalar);
  const { result, terms } = elbo({ vae, objective, batchSize, dataSize }, context, {
    pixels: input("pixels", [batchSize, IMAGE.height, IMAGE.width, IMAGE.channels], "uint8"),
    label: vae.labelInput(batchSize),
    noise: input("noise", [(objective.samples ?? 1) * batchSize, LATENT]),
    scalar,
    random,
  });
  const feeder = new Feeder({ ...job, vae, objective, batchSize, data: images(dataSize) });
  const call = { step: 0, count: 1, groups: [], control: initialProgress(objective).control };
  const feeds = {
    ...feeder.feeds({ scalarNames, draws }, call),
    ...initialFeeds([...context.specs.values()]),
  };
  return { result, terms, context, feeds };
}

const job = {
  flip: false,
  epochs: 10,
  seed: 5,
  optimizer: makeOptimizer(),
};

/** Noise, in two classes. */
function images(count: number): Dataset {
  const { height, width } = IMAGE;
  const train = {
    images: memoryImages(noisePixels(count, IMAGE).data, { count, height, width, channels: 1 }),
    labels: {
      names: ["a", "b"],
      values: Int32Array.from({ length: count }, (_, i) => (i + (i >> 1)) % 2),
    },
  };
  return { name: "noise", fingerprint: "", train, heldOut: train, notes: [], close() {} };
}

/** The numbers of some tensors. */
export function numbers<K extends string>(
  tensors: Readonly<Record<K, Tensor>>,
  feeds: Readonly<Record<string, Value>>,
): Record<K, number[]> {
  const values = interpret(tensors, feeds) as Record<string, Value>;
  return Object.fromEntries(
    Object.entries(values).map(([name, { data }]) => [name, Array.from(data as Float32Array)]),
  ) as Record<K, number[]>;
}
