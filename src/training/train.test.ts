/** The loop: the same bits however it is cut into pieces, what it tells, and how it stops. */

import { describe, expect, test } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import {
  bitsOf,
  eventsOf,
  eventsOfType,
  makeData,
  makeJob,
  makeObjective,
  smallImage,
} from "../../test/helpers/training.ts";
import {
  type LogRecord,
  State,
  type TermValues,
  type TrainingEvent,
  type TrainingJob,
  train,
} from "./index.ts";

type Checkpoint = Extract<TrainingEvent, { type: "checkpoint" }>;

const restart = ({ progress, state }: Checkpoint) => ({ from: { progress, tensors: state.records() } });

/** Log lines and evaluations without what a clock measured. */
function measured(events: readonly TrainingEvent[]): unknown[] {
  const timeless = ({ imagesPerSecond: _, ...rest }: LogRecord) => rest;
  return events.flatMap((event): unknown[] => {
    if (event.type === "log") return [{ step: event.step, epoch: event.epoch, ...timeless(event.record) }];
    if (event.type === "epoch") return [{ step: event.step, epoch: event.epoch, ...event.heldOut }];
    return [];
  });
}

const last = (events: readonly TrainingEvent[]) => eventsOfType(events, "end").at(-1)!;

/** 26 pictures, each its own mirror image: columns 0 0 … 0 or 255 0 0 255, by the row. */
const stripes = Uint8Array.from({ length: 26 * smallImage.height * smallImage.width }, (_, i) => {
  const column = i % smallImage.width;
  const row = Math.floor(i / smallImage.width);
  return row % 3 === 0 && (column === 0 || column === smallImage.width - 1) ? 255 : 0;
});

describe("a run that is cut in two", () => {
  const schedules: [string, Partial<TrainingJob>][] = [
    ["a constant rate", {}],
    ["flips, weight decay and clipping", { flip: true }],
    ["steps that don't fill an epoch's calls", { stepsPerCall: 5 }],
  ];
  test.each(schedules)("%s: run(4) is run(2) and then resume(2), bit for bit", async (name, changes) => {
    const base = await makeJob(changes);
    const optimizer = name.startsWith("flips")
      ? { ...base.optimizer, weightDecay: 0.01, clipNorm: 5 }
      : base.optimizer;
    const job = { ...base, optimizer };
    const whole = await eventsOf(job);
    const first = await eventsOf({ ...job, epochs: 2 });
    const second = await eventsOf(job, restart(eventsOfType(first, "checkpoint").at(-1)!));
    expect(bitsOf(last(second).state)).toEqual(bitsOf(last(whole).state));
    expect([...measured(first), ...measured(second)]).toEqual(measured(whole));
    expect(last(whole)).toMatchObject({ reason: "finished", step: 24 });
  });

  test("from every checkpoint within an epoch as well", async () => {
    // 130 steps an epoch: log lines fall inside it, and so do the clearings of vanishing moments.
    const job = await makeJob({
      data: makeData(263, 10),
      batchSize: 2,
      epochs: 2,
      stepsPerCall: 16,
      checkpointMinutes: 1e-9,
    });
    const whole = await eventsOf(job);
    const checkpoints = eventsOfType(whole, "checkpoint");
    const inside = checkpoints.filter(({ progress }) => progress.step % 131 !== 0);
    expect(inside.length).toBeGreaterThan(10);
    for (const checkpoint of [inside[0]!, inside[3]!, inside[7]!, inside.at(-1)!]) {
      const rest = await eventsOf(job, restart(checkpoint));
      expect(bitsOf(last(rest).state)).toEqual(bitsOf(last(whole).state));
      const lines = measured(whole) as { step: number }[];
      expect(measured(rest)).toEqual(lines.filter(({ step }) => step > checkpoint.progress.step));
    }
  });

  test("a checkpoint of another model is refused by the tensor that doesn't fit", async () => {
    const job = await makeJob({ epochs: 1 });
    const [checkpoint] = eventsOfType(await eventsOf(job), "checkpoint");
    const { "encoder.mean.bias": _, ...tensors } = checkpoint!.state.records();
    const { message } = await failure("run", () =>
      eventsOf(job, { from: { progress: checkpoint!.progress, tensors } }),
    );
    expect(message).toBe('the checkpoint does not fit the model: "encoder.mean.bias" is missing, not F32[3]');
  });
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

describe("events", () => {
  test("tell of every call, log line, epoch and checkpoint, in this order", async () => {
    const events = await eventsOf(await makeJob({ epochs: 2 }));
    const step = (at: number) => ["step", at];
    expect(events.map((event) => [event.type, "step" in event ? event.step : undefined])).toEqual([
      ["start", 0],
      ...[4, 6].map(step),
      ["log", 6],
      ["epoch", 6],
      ["checkpoint", undefined],
      ...[10, 12].map(step),
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
    // 131 steps an epoch, 16 a call: lines at the first call past 100, 200 and at the ends of both epochs.
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
    expect(steps).toEqual([112, 131, 211, 262]);
  });

  test("a log line's β and learning rate are those of the last step that was taken", async () => {
    const base = await makeJob({ epochs: 2 });
    const ramp = { schedule: "linear", start: 0, end: 11, from: 0, unit: "step" } as const;
    const rate = { schedule: "linear", start: 0.011, end: 0, from: 0, unit: "step" } as const;
    const job = {
      ...base,
      objective: makeObjective("beta", { beta: ramp }),
      optimizer: { ...base.optimizer, learningRate: rate },
    };
    const lines = eventsOfType(await eventsOf(job), "log").map(({ record }) => record);
    // Steps count from 0: those that are taken last in the two epochs of 6 are 5 and 11.
    expect(lines.map(({ beta }) => beta)).toEqual([5, 11]);
    expect(lines.map(({ learningRate }) => learningRate)).toEqual([expect.closeTo(0.006, 12), 0]);
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

describe("stopping", () => {
  test("an abort finishes the call, makes a checkpoint and ends as interrupted; the rest follows bit for bit", async () => {
    const job = await makeJob();
    const whole = await eventsOf(job);
    const controller = new AbortController();
    const events: TrainingEvent[] = [];
    for await (const event of train(job, { signal: controller.signal })) {
      events.push(event);
      if (event.type === "step" && event.step === 10) controller.abort();
    }
    expect(events.slice(-3).map(({ type }) => type)).toEqual(["step", "checkpoint", "end"]);
    expect(events.at(-1)).toMatchObject({ reason: "interrupted", step: 10 });
    const checkpoint = eventsOfType(events, "checkpoint").at(-1)!;
    expect(checkpoint).toMatchObject({ progress: { step: 10 }, epoch: 10 / 6 });
    const rest = await eventsOf(job, restart(checkpoint));
    expect(bitsOf(last(rest).state)).toEqual(bitsOf(last(whole).state));
  });

  test("an abort before the first step trains nothing", async () => {
    const events = await eventsOf(await makeJob(), { signal: AbortSignal.abort() });
    expect(events.map(({ type }) => type)).toEqual(["start", "end"]);
    expect(events.at(-1)).toMatchObject({ reason: "interrupted", step: 0 });
  });

  test("a consumer may leave early, and start again", async () => {
    const job = await makeJob();
    for await (const event of train(job)) if (event.type === "step") break;
    expect(last(await eventsOf({ ...job, epochs: 1 })).step).toBe(6);
  });

  test("a batch larger than the data is refused before anything is compiled", async () => {
    const job = await makeJob({ batchSize: 27 });
    const error = await failure("config", () => eventsOf(job));
    expect(error.message).toBe("data.batchSize: a batch of 27 is larger than the data, 26 training images");
  });
});

describe("divergence", () => {
  test.each([1, 4])(
    "learning rate 1e30, %i steps a call: the step, the term, what to try",
    async (stepsPerCall) => {
      const job = await makeJob({ stepsPerCall });
      const diverging = { ...job, optimizer: { ...job.optimizer, learningRate: 1e30 } };
      const { message, hint } = await failure("diverged", () => eventsOf(diverging));
      expect(message).toMatch(
        /^training diverged at step 2: (kl|reconstruction|klPerDimension) is (NaN|Infinity)$/,
      );
      expect(hint).toContain("try a smaller optimizer.learningRate (it was 1.00e+30)");
      expect(hint).toContain("optimizer.clipNorm");
    },
  );

  test("the checkpoint before it stays good", async () => {
    const job = await makeJob({ epochs: 3 });
    // The rate grows by 10⁴⁰ after the first epoch.
    const learningRate = { schedule: "exponential", start: 1e-3, factor: 1e33 } as const;
    const events: TrainingEvent[] = [];
    const error = await failure("diverged", async () => {
      for await (const event of train({ ...job, optimizer: { ...job.optimizer, learningRate } })) {
        events.push(event);
      }
    });
    expect(error.message).toMatch(/at step 8: /);
    const checkpoints = eventsOfType(events, "checkpoint");
    expect(checkpoints.map(({ progress }) => progress.step)).toEqual([6]);
    const values = Object.values(checkpoints[0]!.state.records()).flatMap(({ data }) => [...data]);
    expect(values.every((value) => Number.isFinite(Number(value)))).toBe(true);
    expect(checkpoints[0]!.state).toBeInstanceOf(State);
  });
});
