/** Every objective in the trainer, which knows none of them by name: it learns, and a resumed run has the same bits. */

import { describe, expect, it } from "vitest";
import { makeVae } from "../../test/helpers/models.ts";
import { IMAGE, LATENT, makeObjective } from "../../test/helpers/objectives.ts";
import { makeOptimizer } from "../../test/helpers/training.ts";
import { fillUniform } from "../base/random.ts";
import { type Dataset, memoryImages, type Split } from "../data/index.ts";
import { objectives } from "../objectives/index.ts";
import { createRuntime } from "../runtime/node.ts";
import { Feeder } from "./feeds.ts";
import {
  type Progress,
  State,
  type TrainingEvent,
  type TrainingJob,
  train,
  trainingProgram,
} from "./index.ts";
import { initialProgress } from "./progress.ts";

const runtime = await createRuntime({ threads: 1 });

/** Images of two classes: a bright left or a bright right half, on noise. */
function split(count: number, seed: number): Split {
  const { height, width, channels } = IMAGE;
  const uniforms = new Float32Array(count * height * width);
  fillUniform(uniforms, { seed, stream: "pixels" });
  const values = Int32Array.from({ length: count }, (_, i) => i % 2);
  const pixels = Uint8Array.from(uniforms, (u, i) => {
    const right = i % width >= width / 2;
    return Math.floor(100 * u) + (right === (values[Math.floor(i / (height * width))] === 1) ? 155 : 0);
  });
  return {
    images: memoryImages(pixels, { count, height, width, channels: channels as 1 }),
    labels: { names: ["left", "right"], values },
  };
}

const data: Dataset = {
  name: "halves",
  fingerprint: "",
  train: split(44, 1),
  heldOut: split(12, 2),
  notes: [],
  close() {},
};

/** Options that make an objective small and its state move within a few steps. */
const small: Record<string, Record<string, unknown>> = {
  factor: { layers: 2, width: 8, gamma: 2 },
  klTarget: { target: 1, integral: 0.01 },
  lagging: { innerSteps: 6, checkEvery: 2, patience: 1 },
  iwae: { samples: 3 },
  capacity: { gamma: 10, capacity: { schedule: "linear", start: 0, end: 2 } },
};

function job(kind: string, epochs: number, likelihood?: Record<string, unknown>): TrainingJob {
  const objective = makeObjective(kind, small[kind]);
  const vae = makeVae({
    architecture: "mlp",
    options: { hidden: [8] },
    image: IMAGE,
    latentDim: LATENT,
    classes: objective.conditional ? ["left", "right"] : undefined,
    ...(likelihood && { likelihood }),
  });
  return {
    vae,
    objective,
    optimizer: makeOptimizer({ learningRate: 3e-3 }),
    data,
    batchSize: 8,
    flip: false,
    epochs,
    seed: 3,
    stepsPerCall: 2,
    checkpointMinutes: 60,
    runtime,
    // Climbs once, then falls: lagging leaves its inner loop in the middle of the run.
    mutualInformation: async (state) => ((state.get("encoder.mean.bias")[0]! * 1e4) % 1) + 1,
  };
}

async function run(from: TrainingJob, options: Parameters<typeof train>[1] = {}): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = [];
  for await (const event of train(from, options)) events.push(event);
  return events;
}

const endOf = (events: readonly TrainingEvent[]): State =>
  (events.at(-1) as Extract<TrainingEvent, { type: "end" }>).state;
const heldOut = (events: readonly TrainingEvent[]) =>
  events.flatMap((event) => (event.type === "epoch" ? [event.heldOut.reconstruction] : []));

/** The run again from the checkpoint after `epochs`, through text and tensors as a file would hold them. */
async function resumed(
  whole: TrainingJob,
  events: readonly TrainingEvent[],
  epochs: number,
): Promise<TrainingEvent[]> {
  const checkpoints = events.flatMap((event) => (event.type === "checkpoint" ? [event] : []));
  const { progress, state } = checkpoints[epochs - 1]!;
  const copy = JSON.parse(JSON.stringify(progress)) as Progress;
  return run(whole, { from: { progress: copy, tensors: state.records() } });
}

function expectSameState(a: State, b: State): void {
  expect(b.records()).toEqual(a.records());
}

describe.each(objectives.map(({ name }) => name))("%s", (kind) => {
  it("learns, and run(4) = run(2) + resume(2), bit for bit", async () => {
    const whole = job(kind, 4);
    const events = await run(whole);
    const [first, ...rest] = heldOut(events);
    expect(rest.at(-1)!).toBeLessThan(first!);
    const again = await resumed(whole, events, 2);
    expectSameState(endOf(events), endOf(again));
    const logs = (all: readonly TrainingEvent[]) =>
      all.flatMap((event) =>
        event.type === "log" && event.epoch >= 2 ? [{ ...event.record, imagesPerSecond: 0 }] : [],
      );
    expect(logs(again)).toEqual(logs(events));
  });
});

describe.each([
  { kind: "gaussian", sigma: "learned" },
  { kind: "gaussian", sigma: "optimal" },
  { kind: "gaussian", sigma: { schedule: "exponential", start: 0.5, factor: 0.8 } },
  { kind: "continuousBernoulli" },
  { kind: "laplace", scale: "learned" },
  { kind: "discretizedLogistic" },
])("likelihood %o", (likelihood) => {
  it("learns and resumes exactly", async () => {
    const whole = job("vae", 4, likelihood);
    const events = await run(whole);
    const values = heldOut(events);
    expect(values.at(-1)!).toBeLessThan(values[0]!);
    expectSameState(endOf(events), endOf(await resumed(whole, events, 2)));
  });
});

it("lagging: inner updates come first, and stop when the mutual information does; Adam counts both", async () => {
  const events = await run({ ...job("lagging", 3), mutualInformation: async () => 1 });
  const inner = events.flatMap((event) => (event.type === "step" ? [event.terms.innerUpdates] : []));
  // Epoch 1: 1 nat is a new best. Epoch 2: it is none; with patience 1, epoch 3 is plain, two steps to a call.
  expect(inner.slice(0, 10).every((count) => typeof count === "number" && count >= 2 && count <= 6)).toBe(
    true,
  );
  expect(inner.slice(10)).toEqual([undefined, undefined, undefined]);
  const last = events
    .flatMap((event) => (event.type === "checkpoint" ? [event.progress.control] : []))
    .at(-1)!;
  const { updates, memory } = last!;
  const total = inner.reduce<number>((sum, count) => sum + ((count as number | undefined) ?? 0), 0);
  expect(updates).toEqual({ model: 15, encoder: total + 5 });
  expect(memory).toEqual({ aggressive: 0, best: 1, misses: 2 });
});

it.each([4, 9, 14])(
  "lagging: a stop within an inner loop leaves it, and the rest follows bit for bit (%i)",
  async (at) => {
    const whole = job("lagging", 3);
    const controller = new AbortController();
    const { images } = whole.data.train;
    let reads = 0;
    const counted = {
      ...images,
      read(...given: Parameters<typeof images.read>) {
        if (++reads === at) controller.abort();
        images.read(...given);
      },
    };
    const stopped = { ...whole, data: { ...whole.data, train: { ...whole.data.train, images: counted } } };
    const events = await run(stopped, { signal: controller.signal });
    // One call more at most, for its batch may have been read ahead.
    expect(reads).toBeLessThanOrEqual(at + 2 * 2);
    expect(events.at(-1)).toMatchObject({ type: "end", reason: "interrupted" });
    const checkpoints = events.filter(({ type }) => type === "checkpoint").length;
    const rest = checkpoints === 0 ? await run(whole) : await resumed(whole, events, checkpoints);
    expectSameState(endOf(rest), endOf(await run(whole)));
  },
);

it("lagging: a stop while the mutual information is measured leaves the epoch to the run that goes on", async () => {
  const whole = job("lagging", 2);
  const controller = new AbortController();
  const mutualInformation = async () => {
    controller.abort();
    throw new Error("stopped");
  };
  const events = await run({ ...whole, mutualInformation }, { signal: controller.signal });
  expect(events.slice(-2)).toMatchObject([
    { type: "checkpoint", progress: { step: 5, unevaluated: true } },
    { type: "end", reason: "interrupted" },
  ]);
  expectSameState(endOf(await resumed(whole, events, 1)), endOf(await run(whole)));
});

it("factor: the model's update does not depend on the discriminator's task, nor the discriminator's on γ", async () => {
  const given = job("factor", 1);
  const built = trainingProgram({ ...given, unroll: 1 });
  const session = await runtime.compile(built.program);
  const state = State.initial(built.state, 1);
  const call = {
    count: 1,
    groups: ["model", "discriminator"],
    control: initialProgress(given.objective).control,
  };
  /** What the product feeds, with the shuffle of another step, or another γ. */
  const step = async (shuffledAt: number, gamma: number) => {
    const objective = makeObjective("factor", { ...small.factor, gamma });
    const feeds = new Feeder({ ...given, objective }).feeds(built, { ...call, step: 0 });
    const { "random:shuffle": order } = new Feeder(given).feeds(built, { ...call, step: shuffledAt });
    return session.run({ ...state.feeds(built.program), ...feeds, "random:shuffle": order! });
  };
  const [base, shuffled, weighted] = [await step(1, 2), await step(2, 2), await step(1, 9)];
  const changed = (other: typeof base) =>
    built.state
      .filter(
        ({ name, kind }) =>
          kind === "parameter" && String(other[`next:${name}`]!.data) !== String(base[`next:${name}`]!.data),
      )
      .map(({ name }) => name.split(".")[0]!);
  // Another shuffle is another discriminator loss: not one bit of the model's update changes.
  expect([...new Set(changed(shuffled))]).toEqual(["discriminator"]);
  // Another γ is another model loss: not one bit of the discriminator's update changes.
  expect(new Set(changed(weighted))).toEqual(new Set(["encoder"]));
  await session.release();
});
