/** One forward pass of an objective on a small model, as the training step makes it, for the interpreter. */

import { fillNormal, permutation } from "../../src/base/random.ts";
import { elementCount, input, interpret, type Tensor, type Value } from "../../src/graph/index.ts";
import type { Vae } from "../../src/models/index.ts";
import { StateContext, valueAt } from "../../src/nn/index.ts";
import {
  type BuiltObjective,
  type Objective,
  type ObjectiveResult,
  objectives,
  type RandomDraw,
} from "../../src/objectives/index.ts";
import { elbo } from "../../src/training/index.ts";
import { initialFeeds, makeVae, noisePixels } from "./models.ts";

export const IMAGE = { height: 4, width: 3, channels: 1 };
export const LATENT = 3;

/** An objective by kind, its options as a config would give them. */
export function makeObjective(kind: string, options: Readonly<Record<string, unknown>> = {}): BuiltObjective {
  const found: Objective = objectives.find((one) => one.kind === kind)!;
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

/** Builds the pass; scalars are constants of their first values. */
export function forward(
  objective: BuiltObjective,
  { batchSize = 4, dataSize = 20, vae = smallVae(objective), seed = 0 } = {},
): Forward {
  const samples = objective.samples ?? 1;
  const noise = new Float32Array(samples * batchSize * LATENT);
  fillNormal(noise, { seed: 3, stream: "noise" });
  const feeds: Record<string, Value> = {
    pixels: noisePixels(batchSize, IMAGE),
    noise: { dtype: "float32", shape: [samples * batchSize, LATENT], data: noise },
  };
  if (vae.classes !== undefined) {
    const data = Float32Array.from({ length: 2 * batchSize }, (_, i) => Number((i + (i >> 1)) % 2 === 0));
    feeds.label = { dtype: "float32", shape: [batchSize, 2], data };
  }
  const schedules = { ...objective.scalars, ...vae.decoding.scalars };
  const scalar = (name: string): Tensor => {
    const value = valueAt(schedules[name]!, { step: 0, stepsPerEpoch: 10, totalSteps: 100 });
    feeds[`scalar:${name}`] = { dtype: "float32", shape: [], data: Float32Array.of(value) };
    return input(`scalar:${name}`, []);
  };
  const random = ({ name, kind, shape }: RandomDraw): Tensor => {
    const at = { seed, stream: name };
    if (kind === "normal") {
      const data = new Float32Array(elementCount(shape));
      fillNormal(data, at);
      feeds[name] = { dtype: "float32", shape, data };
      return input(name, shape);
    }
    const columns = Array.from({ length: shape[1]! }, (_, step) => permutation(shape[0], { ...at, step }));
    const data = Int32Array.from(
      { length: elementCount(shape) },
      (_, i) => columns[i % shape[1]!]![Math.floor(i / shape[1]!)]!,
    );
    feeds[name] = { dtype: "int32", shape, data };
    return input(name, shape, "int32");
  };
  const context = new StateContext("train", new Map(), scalar);
  const { result, terms } = elbo({ vae, objective, batchSize, dataSize }, context, {
    pixels: input("pixels", [batchSize, IMAGE.height, IMAGE.width, IMAGE.channels], "uint8"),
    label: vae.labelInput(batchSize),
    noise: input("noise", [samples * batchSize, LATENT]),
    scalar,
    random,
  });
  Object.assign(feeds, initialFeeds([...context.specs.values()]));
  return { result, terms, context, feeds };
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
