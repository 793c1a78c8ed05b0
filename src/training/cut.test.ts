/** The loop: the same bits however it is cut into pieces. */

import { describe, expect, test } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import {
  bitsOf,
  eventsOf,
  eventsOfType,
  makeData,
  makeJob,
  makeOptimizer,
} from "../../test/helpers/training.ts";
import { optimizers } from "../nn/index.ts";
import type { LogRecord, TrainingEvent, TrainingJob } from "./index.ts";

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
