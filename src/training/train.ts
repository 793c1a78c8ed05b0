/**
 * The training loop as an async iterable of events. It computes and tells; it writes nothing. Whoever consumes
 * it decides what becomes a file, a progress line or a chart. It runs wherever a `Runtime` does.
 *
 * Everything it does is a function of (job, step): which images, which noise, which calls of how many steps.
 * A run that is continued from any checkpoint therefore goes through the same bits as one that never stopped.
 */

import type { Dataset } from "../data/index.ts";
import type { Vae } from "../models/index.ts";
import type { BuiltObjective, Schedule } from "../objectives/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { type Evaluation, Evaluator } from "./evaluate.ts";
import { Control, type Progress } from "./progress.ts";
import { Rate } from "./rate.ts";
import { Runner } from "./runner.ts";
import { State } from "./state.ts";
import type { OptimizerOptions } from "./step.ts";
import { TermAverage, type TermValues } from "./terms.ts";

export interface TrainingJob {
  readonly vae: Vae;
  readonly objective: BuiltObjective;
  readonly optimizer: OptimizerOptions & { readonly learningRate: Schedule };
  readonly data: Dataset;
  readonly batchSize: number;
  readonly flip: boolean;
  readonly epochs: number;
  readonly seed: number;
  /** Steps taken by one call to the runtime. */
  readonly stepsPerCall: number;
  /** A checkpoint within an epoch when the last is older than this; one is made after every epoch anyway. */
  readonly checkpointMinutes: number;
  readonly runtime: Runtime;
  /** I_q(x; z) of held-out images, in nats: for objectives whose routine is steered by it. */
  readonly mutualInformation?: (state: State) => Promise<number>;
}

export type TrainingEvent =
  | {
      readonly type: "start";
      readonly step: number;
      readonly totalSteps: number;
      readonly stepsPerEpoch: number;
      readonly state: State;
    }
  /** After every call. */
  | {
      readonly type: "step";
      readonly step: number;
      readonly epoch: number;
      readonly terms: TermValues;
      readonly imagesPerSecond: number;
    }
  /** A line for the log: terms averaged since the one before. */
  | { readonly type: "log"; readonly step: number; readonly epoch: number; readonly record: LogRecord }
  | {
      readonly type: "epoch";
      readonly step: number;
      /** Epochs completed. */
      readonly epoch: number;
      readonly heldOut: Evaluation & { readonly mutualInformation?: number };
      readonly imagesPerSecond: number;
      readonly state: State;
    }
  /** Must be stored before the next event is asked for. */
  | {
      readonly type: "checkpoint";
      readonly progress: Progress;
      readonly epoch: number;
      readonly state: State;
    }
  | {
      readonly type: "end";
      readonly reason: "finished" | "interrupted";
      readonly step: number;
      readonly state: State;
    };

export type LogRecord = TermValues & { readonly learningRate: number; readonly imagesPerSecond: number };

/** Steps between two logged lines, and between two clearings of vanishing moments. */
const INTERVAL = 100;

/**
 * Trains from the beginning, or from a checkpoint.
 *
 * When `signal` aborts, the call in progress is finished, a checkpoint event follows, and the last event's
 * reason is "interrupted". Throws a "diverged" error, with the step and the term that broke, when a term is
 * no longer finite; the state of the last checkpoint is then still good.
 */
export async function* train(
  job: TrainingJob,
  options: {
    readonly from?: { progress: Progress; tensors: Parameters<typeof State.restore>[1] };
    readonly signal?: AbortSignal;
  } = {},
): AsyncGenerator<TrainingEvent, void, void> {
  const { from, signal } = options;
  const runner = new Runner(job);
  const { feeder, specs, groups } = runner;
  const { stepsPerEpoch, totalSteps } = feeder.horizon;
  const { routine } = job.objective;
  const evaluator = await Evaluator.create(job.runtime, job.vae);
  try {
    let state = from === undefined ? State.initial(specs, job.seed) : State.restore(specs, from.tensors);
    let step = from?.progress.step ?? 0;
    let control = Control.of(job.objective, from?.progress ?? { step });
    const average = TermAverage.restore(from?.progress.pending);
    const checkpoint = (): TrainingEvent => ({
      type: "checkpoint",
      progress: { step, pending: average.pending(), control: control.text() },
      epoch: step / stepsPerEpoch,
      state,
    });
    yield { type: "start", step, totalSteps, stepsPerEpoch, state };

    const rate = new Rate();
    let saved = performance.now();
    while (step < totalSteps) {
      if (signal?.aborted) break;
      const epoch = Math.floor(step / stepsPerEpoch);
      const plan = routine?.plan(control.memory) ?? {};
      let terms: TermValues = {};
      if (plan.inner !== undefined) {
        ({ state, control, terms } = await runner.inner(state, control, step, plan.inner));
      }
      const left = (epoch + 1) * stepsPerEpoch - step;
      const count = plan.inner === undefined ? Math.min(left, job.stepsPerCall) : 1;
      const taken = await runner.run(state, { step, count, groups: plan.groups ?? groups, control });
      step += count;
      const crossed = Math.floor(step / INTERVAL) > Math.floor((step - count) / INTERVAL);
      state = crossed ? taken.state.withoutVanishingMoments() : taken.state;
      control = taken.control;
      terms = { ...taken.terms, ...terms };
      average.add(terms);
      const imagesPerSecond = rate.count(count * job.batchSize);
      yield { type: "step", step, epoch, terms, imagesPerSecond };

      const atEpochEnd = step % stepsPerEpoch === 0;
      if (atEpochEnd || crossed) {
        const learningRate = feeder.learningRate(step - 1);
        const record = { ...average.take(), ...feeder.scalars(step - 1), learningRate, imagesPerSecond };
        yield { type: "log", step, epoch, record };
      }
      if (atEpochEnd) {
        const evaluation = await evaluator.evaluate(state, job.data.heldOut, job.seed);
        state = await state.read();
        const mutualInformation = routine && (await steering(job, state));
        if (routine !== undefined && mutualInformation !== undefined) {
          control = control.remembering(routine.afterEpoch(control.memory, { mutualInformation }));
        }
        const heldOut = { ...evaluation, ...(mutualInformation !== undefined && { mutualInformation }) };
        yield { type: "epoch", step, epoch: epoch + 1, heldOut, imagesPerSecond: rate.overall(), state };
        rate.restart();
      }
      if (atEpochEnd || performance.now() - saved > job.checkpointMinutes * 60_000) {
        state = await state.read();
        yield checkpoint();
        saved = performance.now();
      }
    }
    state = await state.read();
    if (step < totalSteps && step % stepsPerEpoch !== 0) yield checkpoint();
    yield { type: "end", reason: step < totalSteps ? "interrupted" : "finished", step, state };
  } finally {
    await runner.release();
    await evaluator.release();
  }
}

async function steering(job: TrainingJob, state: State): Promise<number> {
  if (job.mutualInformation !== undefined) return job.mutualInformation(state);
  throw new Error("internal: the objective is steered by the mutual information, and nothing measures it");
}
