/** Small trainings for tests: a few noisy pictures, a small net, seconds of nothing. */
import type { TensorRecord } from "../../src/base/safetensors.ts";
import { type Dataset, memoryImages } from "../../src/data/index.ts";
import type { ImageShape } from "../../src/models/index.ts";
import { type Chain, type Optimizer, optimizers } from "../../src/nn/index.ts";
import { type BuiltObjective, objectives } from "../../src/objectives/index.ts";
import { createRuntime } from "../../src/runtime/node.ts";
import { type State, type TrainingEvent, type TrainingJob, train } from "../../src/training/index.ts";
import { makeVae, noisePixels } from "./models.ts";

export const smallImage: ImageShape = { height: 5, width: 4, channels: 1 };

export function makeObjective(kind: string, options: object = {}): BuiltObjective {
  const found = objectives.find((one) => one.name === kind)!;
  return (found.create as (options: unknown) => BuiltObjective)(found.options.parse(options));
}

/** An optimiser by its options, as a config would give them; Adam unless `kind` says otherwise. */
export function makeOptimizer({ kind = "adam", ...options }: Record<string, unknown> = {}): Chain {
  const found: Optimizer = optimizers.find((one) => one.name === kind)!;
  return found.create(found.options.parse(options));
}

/** Pictures in memory; `pixels` replaces the noise of the training side. */
export function makeData(train: number, heldOut: number, image = smallImage, pixels?: Uint8Array): Dataset {
  const split = (count: number, seed: number, given?: Uint8Array) => ({
    images: memoryImages(given ?? noisePixels(count, image, seed).data, {
      ...image,
      channels: image.channels as 1 | 3,
      count,
    }),
  });
  return {
    name: "noise",
    fingerprint: "noise",
    train: split(train, 1, pixels),
    heldOut: split(heldOut, 2),
    notes: [],
    close: () => {},
  };
}

/** 26 pictures in batches of 4: six steps an epoch, taken as 2 + 2 + 2 or as 2 + 4. */
export async function makeJob(changes: Partial<TrainingJob> = {}): Promise<TrainingJob> {
  return {
    vae: makeVae({ architecture: "mlp", options: { hidden: [7] }, image: smallImage, latentDim: 3 }),
    objective: makeObjective("beta", { beta: 2 }),
    optimizer: makeOptimizer({ learningRate: 1e-2 }),
    data: makeData(26, 10),
    batchSize: 4,
    flip: false,
    epochs: 4,
    seed: 3,
    stepsPerCall: 4,
    checkpointMinutes: 5,
    runtime: await createRuntime({ threads: 1 }),
    ...changes,
  };
}

/** All events of a training. */
export async function eventsOf(...given: Parameters<typeof train>): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = [];
  for await (const event of train(...given)) events.push(event);
  return events;
}

export function eventsOfType<T extends TrainingEvent["type"]>(
  events: readonly TrainingEvent[],
  type: T,
): Extract<TrainingEvent, { type: T }>[] {
  return events.filter((event): event is Extract<TrainingEvent, { type: T }> => event.type === type);
}

/** Every state tensor as its bytes: equal texts are equal bits. */
export function bitsOf(state: State): Record<string, string> {
  return Object.fromEntries(
    Object.entries(state.records()).map(([name, { data }]: [string, TensorRecord]) => [
      name,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"),
    ]),
  );
}
