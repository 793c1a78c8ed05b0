/** How the loop ends: at its best, when it is stopped, and when the numbers break. */

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
} from "../../test/helpers/training.ts";
import { constant } from "../graph/index.ts";
import { progressSchema, State, type TrainingEvent, type TrainingJob, train } from "./index.ts";

type Checkpoint = Extract<TrainingEvent, { type: "checkpoint" }>;

const restart = ({ progress, state }: Checkpoint) => ({ from: { progress, tensors: state.records() } });

const last = (events: readonly TrainingEvent[]) => eventsOfType(events, "end").at(-1)!;

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

  test.each([1, 2])("an abort while epoch %i is evaluated leaves that to the resumed run", async (epoch) => {
    const job = await makeJob({ epochs: 2, stopAfter: 1, data: makeData(26, 300) });
    const whole = await eventsOf(job);
    const controller = new AbortController();
    const { heldOut } = job.data;
    let reads = 0;
    const images = {
      ...heldOut.images,
      // Three pieces of a hundred in each evaluation: this is the second.
      read(...given: Parameters<typeof heldOut.images.read>) {
        if (++reads === 3 * epoch - 1) controller.abort();
        heldOut.images.read(...given);
      },
    };
    const stopped = { ...job, data: { ...job.data, heldOut: { ...heldOut, images } } };
    const events = await eventsOf(stopped, { signal: controller.signal });
    expect(reads).toBe(3 * epoch - 1);
    expect(events.slice(-3).map(({ type }) => type)).toEqual(["log", "checkpoint", "end"]);
    expect(events.at(-1)).toMatchObject({ reason: "interrupted", step: 6 * epoch });
    const checkpoint = eventsOfType(events, "checkpoint").at(-1)!;
    const progress = progressSchema.parse(JSON.parse(JSON.stringify(checkpoint.progress)));
    expect(progress).toEqual({ ...checkpoint.progress, step: 6 * epoch, unevaluated: true });
    const rest = await eventsOf(job, restart({ ...checkpoint, progress }));
    expect(rest.slice(0, 3).map(({ type }) => type)).toEqual(["start", "epoch", "checkpoint"]);
    // Whoever goes on took none of its steps.
    expect(rest[1]).not.toHaveProperty("imagesPerSecond");
    expect(eventsOfType(rest, "checkpoint")[0]!.progress).not.toHaveProperty("unevaluated");
    const epochs = (all: readonly TrainingEvent[]) =>
      eventsOfType(all, "epoch").map(({ step, best, heldOut }) => ({ step, best, heldOut }));
    expect([...epochs(events), ...epochs(rest)]).toEqual(epochs(whole));
    expect(last(rest)).toMatchObject({ reason: last(whole).reason, step: last(whole).step });
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

  test("broken by the last step of an epoch: the held-out value tells, and no checkpoint is made of it", async () => {
    const job = await makeJob({ epochs: 3 });
    const learningRate = {
      schedule: "piecewise",
      values: [1e-3, 1e30],
      durations: [11],
      unit: "step",
    } as const;
    const events: TrainingEvent[] = [];
    const { message, hint } = await failure("diverged", async () => {
      for await (const event of train({ ...job, optimizer: makeOptimizer({ learningRate }) })) {
        events.push(event);
      }
    });
    expect(message).toMatch(/^training diverged at step 12: held-out (reconstruction|kl) is (NaN|Infinity)$/);
    expect(hint).toContain("(it was 1.00e+30)");
    expect(eventsOfType(events, "epoch").map(({ epoch }) => epoch)).toEqual([1]);
    expect(eventsOfType(events, "checkpoint").map(({ progress }) => progress.step)).toEqual([6]);
  });

  test("broken by a step before a checkpoint within an epoch: the tensor is named, and no checkpoint is made of it", async () => {
    const job = await makeJob({ epochs: 1, stepsPerCall: 2, checkpointMinutes: 1e-9 });
    // The fourth step's terms are those before its update, which leaves no finite weight.
    const learningRate = {
      schedule: "piecewise",
      values: [1e-3, 1e39],
      durations: [3],
      unit: "step",
    } as const;
    const events: TrainingEvent[] = [];
    const { message } = await failure("diverged", async () => {
      for await (const event of train({ ...job, optimizer: makeOptimizer({ learningRate }) })) {
        events.push(event);
      }
    });
    expect(message).toMatch(/^training diverged at step 4: (en|de)coder\.[\w.]+ is (NaN|-?Infinity)$/);
    expect(eventsOfType(events, "checkpoint").map(({ progress }) => progress.step)).toEqual([2]);
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
