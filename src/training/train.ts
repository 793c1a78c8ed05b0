/**
 * The training loop as an async iterable of events. It computes and tells; it writes nothing. Whoever consumes
 * it decides what becomes a file, a progress line or a chart. It runs wherever a `Runtime` does.
 *
 * Everything it does is a function of (job, step): which images, which noise, which calls of how many steps.
 * A run that is continued from any checkpoint therefore goes through the same bits as one that never stopped.
 */

import { BetalabError } from "../base/errors.ts";
import { fillNormal } from "../base/random.ts";
import { Batcher, type Dataset } from "../data/index.ts";
import type { Program, Value } from "../graph/index.ts";
import type { Vae } from "../models/index.ts";
import { adamScalars } from "../nn/index.ts";
import { type BuiltObjective, type Schedule, valueAt } from "../objectives/index.ts";
import type { Runtime, Session } from "../runtime/index.ts";
import { type Evaluation, Evaluator } from "./evaluate.ts";
import { State } from "./state.ts";
import { type OptimizerOptions, type StepProgram, trainingProgram } from "./step.ts";
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
}

/** What a checkpoint holds beside the state. */
export interface Progress {
  /** Optimiser steps done. */
  readonly step: number;
  /** Terms since the last logged line, so that a resumed run logs the same averages. */
  readonly pending: string;
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
      readonly heldOut: Evaluation;
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
  const batcher = new Batcher(job.data.train, { batchSize: job.batchSize, seed: job.seed, flip: job.flip });
  const stepsPerEpoch = batcher.perEpoch;
  const totalSteps = stepsPerEpoch * job.epochs;
  const steps = new StepRunner(job, batcher, { stepsPerEpoch, totalSteps });
  const evaluator = await Evaluator.create(job.runtime, job.vae);
  try {
    const specs = steps.specs;
    let state = from === undefined ? State.initial(specs, job.seed) : State.restore(specs, from.tensors);
    let step = from?.progress.step ?? 0;
    const average = TermAverage.restore(from?.progress.pending);
    yield { type: "start", step, totalSteps, stepsPerEpoch, state };

    const rate = new Rate();
    let saved = performance.now();
    while (step < totalSteps) {
      if (signal?.aborted) break;
      const epoch = Math.floor(step / stepsPerEpoch);
      const left = (epoch + 1) * stepsPerEpoch - step;
      const count = left >= job.stepsPerCall ? job.stepsPerCall : 1;
      const result = await steps.run(state, step, count);
      step += count;
      const crossed = Math.floor(step / INTERVAL) > Math.floor((step - count) / INTERVAL);
      state = crossed ? result.state.withoutVanishingMoments() : result.state;
      average.add(result.terms);
      const imagesPerSecond = rate.count(count * job.batchSize);
      yield { type: "step", step, epoch, terms: result.terms, imagesPerSecond };

      const atEpochEnd = step % stepsPerEpoch === 0;
      if (atEpochEnd || crossed) {
        const learningRate = steps.learningRate(step - 1);
        const record = {
          ...average.take(),
          ...steps.objectiveScalars(step - 1),
          learningRate,
          imagesPerSecond,
        };
        yield { type: "log", step, epoch, record };
      }
      if (atEpochEnd) {
        const heldOut = await evaluator.evaluate(state, job.data.heldOut.images, job.seed);
        yield { type: "epoch", step, epoch: epoch + 1, heldOut, imagesPerSecond: rate.overall(), state };
        rate.restart();
      }
      if (atEpochEnd || performance.now() - saved > job.checkpointMinutes * 60_000) {
        yield {
          type: "checkpoint",
          progress: { step, pending: average.pending() },
          epoch: step / stepsPerEpoch,
          state,
        };
        saved = performance.now();
      }
    }
    if (step < totalSteps && step % stepsPerEpoch !== 0) {
      yield {
        type: "checkpoint",
        progress: { step, pending: average.pending() },
        epoch: step / stepsPerEpoch,
        state,
      };
    }
    yield { type: "end", reason: step < totalSteps ? "interrupted" : "finished", step, state };
  } finally {
    await steps.release();
    await evaluator.release();
  }
}

/** Feeds the compiled step: batches, noise and scalars of given steps. */
class StepRunner {
  readonly specs: State["specs"];
  readonly #job: TrainingJob;
  readonly #batcher: Batcher;
  readonly #horizon: { stepsPerEpoch: number; totalSteps: number };
  readonly #sessions = new Map<number, { session: Promise<Session>; program: Program }>();
  readonly #scalarNames: readonly string[];

  constructor(job: TrainingJob, batcher: Batcher, horizon: { stepsPerEpoch: number; totalSteps: number }) {
    this.#job = job;
    this.#batcher = batcher;
    this.#horizon = horizon;
    const built = this.#build(1);
    this.specs = built.state;
    this.#scalarNames = built.scalarNames;
  }

  /** Takes `count` steps in one call. Throws "diverged" when a term is not finite afterwards. */
  async run(state: State, step: number, count: number): Promise<{ state: State; terms: TermValues }> {
    const results = await this.#call(state, step, count);
    const terms = termsOf(results);
    if (finite(terms)) return { state: state.next(results), terms };
    // One of the call's steps broke. Take them singly, to tell which and what.
    let current = state;
    for (let at = step; at < step + count; at++) {
      const single = await this.#call(current, at, 1);
      const found = termsOf(single);
      if (!finite(found)) throw diverged(at + 1, found, this.learningRate(at));
      current = current.next(single);
    }
    throw diverged(step + count, terms, this.learningRate(step));
  }

  learningRate(step: number): number {
    return valueAt(this.#job.optimizer.learningRate, { step, ...this.#horizon });
  }

  objectiveScalars(step: number): Record<string, number> {
    const schedules = Object.entries(this.#job.objective.scalars);
    return Object.fromEntries(
      schedules.map(([name, schedule]) => [name, valueAt(schedule, { step, ...this.#horizon })]),
    );
  }

  async #call(state: State, step: number, count: number): Promise<Record<string, Value>> {
    const { vae, batchSize, seed, optimizer } = this.#job;
    const { height, width, channels } = vae.image;
    const imageSize = height * width * channels;
    const pixels = new Uint8Array(count * batchSize * imageSize);
    const noise = new Float32Array(count * batchSize * vae.latentDim);
    const scalars = new Float32Array(count * this.#scalarNames.length);
    for (let i = 0; i < count; i++) {
      this.#batcher.fill(
        step + i,
        pixels.subarray(i * batchSize * imageSize, (i + 1) * batchSize * imageSize),
      );
      const own = noise.subarray(i * batchSize * vae.latentDim, (i + 1) * batchSize * vae.latentDim);
      fillNormal(own, { seed, stream: "noise", step: step + i });
      const values: Record<string, number> = {
        ...this.objectiveScalars(step + i),
        ...adamScalars(optimizer, this.learningRate(step + i), step + i + 1),
      };
      scalars.set(
        this.#scalarNames.map((name) => values[name]!),
        i * this.#scalarNames.length,
      );
    }
    const { session, program } = this.#session(count);
    return (await session).run({
      ...state.feeds(program),
      pixels: { dtype: "uint8", shape: [count * batchSize, height, width, channels], data: pixels },
      noise: { dtype: "float32", shape: [count * batchSize, vae.latentDim], data: noise },
      scalars: { dtype: "float32", shape: [count, this.#scalarNames.length], data: scalars },
    });
  }

  #session(count: number): { session: Promise<Session>; program: Program } {
    let entry = this.#sessions.get(count);
    if (entry === undefined) {
      const { program } = this.#build(count);
      entry = { session: this.#job.runtime.compile(program), program };
      this.#sessions.set(count, entry);
    }
    return entry;
  }

  #build(unroll: number): StepProgram {
    const { vae, objective, optimizer, batchSize } = this.#job;
    return trainingProgram({ vae, objective, optimizer, batchSize, unroll });
  }

  async release(): Promise<void> {
    for (const { session } of this.#sessions.values()) await (await session).release();
  }
}

function termsOf(results: Readonly<Record<string, Value>>): TermValues {
  const terms: Record<string, number | number[]> = {};
  for (const [name, { data, shape }] of Object.entries(results)) {
    if (!name.startsWith("term:")) continue;
    const numbers = Array.from(data as Float32Array);
    terms[name.slice("term:".length)] = shape.length === 0 ? numbers[0]! : numbers;
  }
  return terms;
}

function finite(terms: TermValues): boolean {
  return Object.values(terms).flat().every(Number.isFinite);
}

function diverged(step: number, terms: TermValues, learningRate: number): BetalabError {
  const broken = Object.entries(terms).find(
    ([name, value]) => name !== "loss" && ![value].flat().every(Number.isFinite),
  );
  const [name, value] = broken ?? ["loss", terms.loss];
  return new BetalabError(
    "diverged",
    `training diverged at step ${step}: ${name} is ${[value].flat().find((x) => !Number.isFinite(x))}`,
    `try a smaller optimizer.learningRate (it was ${learningRate.toPrecision(3)}), ` +
      "set optimizer.clipNorm (10, say), or lower the weight of the term that broke",
  );
}

/** Images per second: over the last calls, and since the last restart. */
class Rate {
  #start = performance.now();
  #total = 0;
  readonly #recent: { time: number; total: number }[] = [];

  count(images: number): number {
    this.#total += images;
    const now = performance.now();
    this.#recent.push({ time: now, total: this.#total });
    while (this.#recent.length > 2 && now - this.#recent[0]!.time > 3000) this.#recent.shift();
    const [oldest] = this.#recent;
    const [from, base] = this.#recent.length > 1 ? [oldest!.time, oldest!.total] : [this.#start, 0];
    return (1000 * (this.#total - base)) / Math.max(1e-3, now - from);
  }

  overall(): number {
    return (1000 * this.#total) / Math.max(1e-3, performance.now() - this.#start);
  }

  restart(): void {
    this.#start = performance.now();
    this.#total = 0;
    this.#recent.length = 0;
  }
}
