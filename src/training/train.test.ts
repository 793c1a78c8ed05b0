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
  makeOptimizer,
  smallImage,
} from "../../test/helpers/training.ts";
import { constant } from "../graph/index.ts";
import { optimizers } from "../nn/index.ts";
import {
  Evaluator,
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
      ? makeOptimizer({ learningRate: 1e-2, weightDecay: 0.01, clipNorm: 5 })
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

  test("with every optimiser, and with averaged weights", async () => {
    for (const { name: kind } of optimizers) {
      const optimizer = makeOptimizer({ kind, learningRate: 1e-2, averaging: 0.9 });
      const job = await makeJob({ optimizer });
      const whole = await eventsOf(job);
      const checkpoint = eventsOfType(whole, "checkpoint")[1]!;
      const second = await eventsOf(job, restart(checkpoint));
      expect(bitsOf(last(second).state), kind).toEqual(bitsOf(last(whole).state));
      expect(measured(whole), kind).toEqual([
        ...measured(whole.slice(0, whole.indexOf(checkpoint))),
        ...measured(second),
      ]);
    }
  });

  test("checkpoints hold each parameter's state under its own name, however parameters are packed", async () => {
    const run = async (packed: number, epochs: number, checkpoint?: Checkpoint) =>
      eventsOf(await makeJob({ packed, epochs }), checkpoint && restart(checkpoint));
    const [whole, half] = [await run(4096, 4), await run(4096, 2)];
    const middle = eventsOfType(half, "checkpoint").at(-1)!;
    const names = Object.keys(middle.state.records());
    const parameters = names.filter((name) => /^(en|de)coder/.test(name));
    expect(names.toSorted()).toEqual(
      parameters.flatMap((name) => [name, `firstMoment.${name}`, `secondMoment.${name}`]).toSorted(),
    );
    for (const packed of [0, 30, 100]) {
      const rest = await run(packed, 4, middle);
      expect(bitsOf(last(rest).state), `packed up to ${packed}`).toEqual(bitsOf(last(whole).state));
      expect([...measured(half), ...measured(rest)]).toEqual(measured(whole));
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

describe("the best epoch", () => {
  // With such a rate the held-out values go up and down.
  const restless = async (changes: Partial<TrainingJob> = {}) =>
    makeJob({ epochs: 12, optimizer: makeOptimizer({ learningRate: 0.5 }), ...changes });

  test.each(["negativeElbo", "reconstruction", "kl"] as const)(
    "by %s: each new lowest held-out value is marked",
    async (monitor) => {
      const epochs = eventsOfType(await eventsOf(await restless({ monitor })), "epoch");
      let lowest = Number.POSITIVE_INFINITY;
      const expected = epochs.map(({ heldOut }) => {
        const better = heldOut[monitor] < lowest;
        lowest = Math.min(lowest, heldOut[monitor]);
        return better;
      });
      expect(epochs.map(({ best }) => best)).toEqual(expected);
      expect(new Set(expected).size).toBe(2);
    },
  );

  test("training stops once it lies `stopAfter` epochs back; a resumed run stops at the same step, on the same bits", async () => {
    const all = eventsOfType(await eventsOf(await restless()), "epoch").map(({ best }) => best);
    const stop = all.findIndex((_, i) => i >= 2 && !all.slice(i - 1, i + 1).includes(true));
    expect(stop).toBeGreaterThan(0);
    expect(stop).toBeLessThan(11);
    const job = await restless({ stopAfter: 2 });
    const events = await eventsOf(job);
    expect(last(events)).toMatchObject({ reason: "stopped", step: 6 * (stop + 1) });
    const checkpoints = eventsOfType(events, "checkpoint");
    for (const checkpoint of [checkpoints[0]!, checkpoints.at(-2)!, checkpoints.at(-1)!]) {
      const rest = await eventsOf(job, restart(checkpoint));
      expect(last(rest)).toMatchObject({ reason: "stopped", step: 6 * (stop + 1) });
      expect(bitsOf(last(rest).state)).toEqual(bitsOf(last(events).state));
    }
  });

  test("a run that ends before it would have stopped is finished", async () => {
    expect(last(await eventsOf(await restless({ epochs: 1, stopAfter: 1 })))).toMatchObject({
      reason: "finished",
      step: 6,
    });
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
      if (event.type === "step" && event.step === 8) controller.abort();
    }
    expect(events.slice(-3).map(({ type }) => type)).toEqual(["step", "checkpoint", "end"]);
    expect(events.at(-1)).toMatchObject({ reason: "interrupted", step: 8 });
    const checkpoint = eventsOfType(events, "checkpoint").at(-1)!;
    expect(checkpoint).toMatchObject({ progress: { step: 8 }, epoch: 8 / 6 });
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
      const diverging = { ...job, optimizer: makeOptimizer({ learningRate: 1e30 }) };
      const { message, hint } = await failure("diverged", () => eventsOf(diverging));
      expect(message).toMatch(
        /^training diverged at step 2: (kl|reconstruction|klPerDimension) is (NaN|Infinity)$/,
      );
      expect(hint).toContain("try a smaller optimizer.learningRate (it was 1.00e+30)");
      expect(hint).toContain("optimizer.clipNorm");
    },
  );

  test("one logged term that is not finite is enough", async () => {
    const plain = makeObjective("vae");
    const objective = {
      ...plain,
      loss: (inputs: Parameters<typeof plain.loss>[0]) => ({
        ...plain.loss(inputs),
        terms: { broken: constant(Number.POSITIVE_INFINITY, []) },
      }),
    };
    const { message } = await failure("diverged", async () => eventsOf(await makeJob({ objective })));
    expect(message).toBe("training diverged at step 1: broken is Infinity");
  });

  test("the checkpoint before it stays good", async () => {
    const job = await makeJob({ epochs: 3 });
    // The rate grows by 10⁴⁰ after the first epoch.
    const learningRate = { schedule: "exponential", start: 1e-3, factor: 1e33 } as const;
    const events: TrainingEvent[] = [];
    const error = await failure("diverged", async () => {
      for await (const event of train({ ...job, optimizer: makeOptimizer({ learningRate }) })) {
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
