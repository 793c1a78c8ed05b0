/** The loop: the same bits however it is cut into pieces, what it tells, and how it stops. */

import { describe, expect, test } from "vitest";
import { makeVae } from "../../test/helpers/models.ts";
import {
  bitsOf,
  eventsOf,
  eventsOfType,
  makeData,
  makeJob,
  makeObjective,
  makeOptimizer,
  smallImage,
} from "../../test/helpers/training.ts";
import { Evaluator, State, type TermValues, type TrainingEvent, type TrainingJob, train } from "./index.ts";

const last = (events: readonly TrainingEvent[]) => eventsOfType(events, "end").at(-1)!;

/** 26 pictures, each its own mirror image: columns 0 0 … 0 or 255 0 0 255, by the row. */
const stripes = Uint8Array.from({ length: 26 * smallImage.height * smallImage.width }, (_, i) => {
  const column = i % smallImage.width;
  const row = Math.floor(i / smallImage.width);
  return row % 3 === 0 && (column === 0 || column === smallImage.width - 1) ? 255 : 0;
});

test("another seed is another run; the same seed is the same run", async () => {
  const job = await makeJob({ epochs: 1 });
  const bits = async (seed: number) => bitsOf(last(await eventsOf({ ...job, seed })).state);
  expect(await bits(3)).toEqual(await bits(3));
  expect((await bits(4))["encoder.fc1.weight"]).not.toBe((await bits(3))["encoder.fc1.weight"]);
});

test("flip mirrors training images left to right: symmetric ones train as before, others don't", async () => {
  const bits = async (pixels: Uint8Array | undefined, flip: boolean) => {
    const job = await makeJob({ data: makeData(26, 10, smallImage, pixels), epochs: 1, flip });
    return bitsOf(last(await eventsOf(job)).state);
  };
  expect(await bits(stripes, true)).toEqual(await bits(stripes, false));
  expect(await bits(undefined, true)).not.toEqual(await bits(undefined, false));
});

test.each([
  ["small", 2e9, 1],
  ["large", 64e9, 2],
])(
  "on a %s machine, of %i bytes, an epoch's short and long calls have %i sessions at once",
  async (_, memory, most) => {
    const { runtime, ...job } = await makeJob({
      data: makeData(12, 10),
      batchSize: 4,
      stepsPerCall: 2,
      epochs: 2,
    });
    let [open, largest] = [0, 0];
    const counting = {
      ...runtime,
      memory,
      async compileKeeping(...given: Parameters<typeof runtime.compileKeeping>) {
        const session = await runtime.compileKeeping(...given);
        largest = Math.max(largest, ++open);
        const release = () => {
          open--;
          return session.release();
        };
        return { run: (feeds: Parameters<typeof session.run>[0]) => session.run(feeds), release };
      },
    };
    const events = await eventsOf({ ...job, runtime: counting });
    expect(eventsOfType(events, "step").map(({ step }) => step)).toEqual([1, 3, 4, 6]);
    expect([largest, open]).toEqual([most, 0]);
  },
);

describe("events", () => {
  test("tell of every call, log line, epoch and checkpoint, in this order", async () => {
    const events = await eventsOf(await makeJob({ epochs: 2 }));
    const step = (at: number) => ["step", at];
    expect(events.map((event) => [event.type, "step" in event ? event.step : undefined])).toEqual([
      ["start", 0],
      ...[2, 6].map(step),
      ["log", 6],
      ["epoch", 6],
      ["checkpoint", undefined],
      ...[8, 12].map(step),
      ["log", 12],
      ["epoch", 12],
      ["checkpoint", undefined],
      ["end", 12],
    ]);
    expect(events[0]).toMatchObject({ totalSteps: 12, stepsPerEpoch: 6 });
  });

  test("an epoch's log line averages its calls and names β and the learning rate", async () => {
    const events = await eventsOf(await makeJob({ epochs: 1, stepsPerCall: 1 }));
    const terms = eventsOfType(events, "step").map((event) => event.terms);
    const mean = (name: string) =>
      terms.reduce((total, one) => total + (one[name] as number), 0) / terms.length;
    const [log] = eventsOfType(events, "log");
    expect(log!.record).toMatchObject({ beta: 2, learningRate: 1e-2 });
    for (const name of ["loss", "reconstruction", "kl", "negativeElbo"]) {
      expect(log!.record[name]).toBeCloseTo(mean(name), 10);
    }
    const { loss, reconstruction, kl } = terms[0] as Record<string, number>;
    expect(loss).toBeCloseTo(reconstruction! + 2 * kl!, 4);
  });

  test("each log line averages the calls since the one before, within an epoch as well", async () => {
    // 131 steps an epoch, 3 and then 16 a call: lines at the first call past 100, 200 and at the ends of both epochs.
    const events = await eventsOf(
      await makeJob({ data: makeData(263, 10), batchSize: 2, epochs: 2, stepsPerCall: 16 }),
    );
    let calls: TermValues[] = [];
    const steps: number[] = [];
    for (const event of events) {
      if (event.type === "step") calls.push(event.terms);
      if (event.type !== "log") continue;
      steps.push(event.step);
      for (const name of ["loss", "reconstruction", "kl", "negativeElbo"]) {
        const mean = calls.reduce((total, one) => total + (one[name] as number), 0) / calls.length;
        expect(event.record[name], `${name} at ${event.step}`).toBeCloseTo(mean, 10);
      }
      const kl = event.record.klPerDimension as number[];
      kl.forEach((value, d) => {
        const all = calls.map((one) => (one.klPerDimension as number[])[d]!);
        expect(value).toBeCloseTo(all.reduce((a, b) => a + b) / all.length, 10);
      });
      calls = [];
    }
    expect(steps).toEqual([115, 131, 214, 262]);
  });

  test("a log line's β and learning rate are those of the last step that was taken", async () => {
    const base = await makeJob({ epochs: 2 });
    const ramp = { schedule: "linear", start: 0, end: 11, from: 0, unit: "step" } as const;
    const rate = { schedule: "linear", start: 0.011, end: 0, from: 0, unit: "step" } as const;
    const job = {
      ...base,
      objective: makeObjective("beta", { beta: ramp }),
      optimizer: makeOptimizer({ learningRate: rate }),
    };
    const lines = eventsOfType(await eventsOf(job), "log").map(({ record }) => record);
    // Steps count from 0: those that are taken last in the two epochs of 6 are 5 and 11.
    expect(lines.map(({ beta }) => beta)).toEqual([5, 11]);
    expect(lines.map(({ learningRate }) => learningRate)).toEqual([expect.closeTo(0.006, 12), 0]);
  });

  test("scalars that are held by hand are fed instead of their schedules', from the next step on", async () => {
    const losses = async (changes: Partial<TrainingJob>, onStep = (_: number) => {}): Promise<number[]> => {
      const found: number[] = [];
      for await (const event of train(await makeJob({ stepsPerCall: 1, epochs: 1, ...changes }))) {
        if (event.type !== "step") continue;
        found.push(event.terms.loss as number);
        onStep(event.step);
      }
      return found;
    };
    const held: Record<string, number> = { beta: 5 };
    const wanted = await losses({ objective: makeObjective("beta", { beta: 5 }) });
    expect(await losses({ held: () => held })).toEqual(wanted);
    const moved = await losses({ held: () => held }, (step) => {
      if (step === 3) held.beta = 0.5;
    });
    expect(moved.slice(0, 3)).toEqual(wanted.slice(0, 3));
    expect(moved[3]).toBeLessThan(wanted[3]!);
  });

  test("four steps a call train as one does", async () => {
    const run = async (stepsPerCall: number) => last(await eventsOf(await makeJob({ stepsPerCall }))).state;
    const [single, together] = [await run(1), await run(4)];
    for (const { name } of single.specs) {
      const expected = single.get(name);
      together.get(name).forEach((value, i) => {
        expect(Math.abs(value - expected[i]!), `${name}[${i}]`).toBeLessThan(1e-5);
      });
    }
  });

  test("training works: −ELBO of pictures with a pattern falls", async () => {
    const events = await eventsOf(await makeJob({ epochs: 60, data: makeData(26, 10, smallImage, stripes) }));
    const lines = eventsOfType(events, "log").map(({ record }) => record.negativeElbo as number);
    expect(lines.at(-1)!).toBeLessThan(lines[0]! - 0.5);
  });
});

test("with averaging, the averages are evaluated and handed out, and the weights themselves go on", async () => {
  const plain = await eventsOf(await makeJob());
  const job = await makeJob({ optimizer: makeOptimizer({ learningRate: 1e-2, averaging: 0.99 }) });
  const averaged = await eventsOf(job);
  const bits = (state: State) => {
    const { "encoder.fc1.weight": weight } = bitsOf(state);
    return weight;
  };
  expect(bits(last(averaged).state)).toEqual(bits(last(plain).state));
  const epoch = eventsOfType(averaged, "epoch").at(-1)!;
  const { "average.encoder.fc1.weight": average } = bitsOf(last(averaged).state);
  expect(bits(epoch.state)).toEqual(average);
  expect(average).not.toEqual(bits(last(plain).state));
  const evaluator = await Evaluator.create(job.runtime, job.vae);
  expect(await evaluator.evaluate(epoch.state, job.data.heldOut, job.seed)).toEqual(epoch.heldOut);
  await evaluator.release();
});

test("what begins at what the first batch tells has its average begin there too", async () => {
  const architecture = { architecture: "mlp", options: { hidden: [7] }, image: smallImage, latentDim: 3 };
  const job = await makeJob({
    vae: makeVae({ ...architecture, likelihood: { kind: "gaussian", sigma: "learned" } }),
    optimizer: makeOptimizer({ averaging: 0.99 }),
    epochs: 1,
  });
  const [{ state }] = eventsOfType(await eventsOf(job, { signal: AbortSignal.abort() }), "start") as [
    Extract<TrainingEvent, { type: "start" }>,
  ];
  const name = "likelihood.unclipped_log_sigma";
  expect(state.get(name)[0]).not.toBeCloseTo(State.initial(state.specs, job.seed).get(name)[0]!, 2);
  for (const { name } of state.specs.filter(({ kind }) => kind === "parameter")) {
    expect(state.get(`average.${name}`), name).toEqual(state.get(name));
  }
});
