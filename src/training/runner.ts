/** Runs training steps: compiles programs on first use, feeds them, and reports which term became non-finite. */

import type { Program, Value } from "../graph/index.ts";
import type { InnerLoop } from "../objectives/index.ts";
import type { KeepingSession } from "../runtime/index.ts";
import { Accumulation } from "./accumulation.ts";
import { diverged, finite } from "./diverged.ts";
import { type Call, Feeder } from "./feeds.ts";
import { forecastOf, memoryOf } from "./forecast.ts";
import type { TrainingJob } from "./job.ts";
import { nextState, termOutput } from "./names.ts";
import { type Control, initialProgress, updated } from "./progress.ts";
import { State } from "./state.ts";
import { groupNames, type StepProgram, trainingProgram } from "./step.ts";
import type { TermValues } from "./terms.ts";

/** What a call left behind; the state lies on the device where the runtime can keep it there. */
export interface Taken {
  readonly state: State;
  readonly control: Control;
  readonly terms: TermValues;
}

/** What feeding a program takes. The graph is let go: its thousands of nodes would keep the garbage collector busy. */
interface Compiled extends Pick<StepProgram, "scalarNames" | "draws">, Pick<Program, "inputs"> {
  readonly session: Promise<KeepingSession>;
}

/** The part of the machine's memory that two sessions may hold; beyond it one is let go before the other is made. */
const SHARED = 1 / 4;

export class Runner {
  readonly feeder: Feeder;
  readonly specs: State["specs"];
  readonly groups: readonly string[];
  readonly #job: TrainingJob;
  #starting: Pick<StepProgram, "program" | "starts" | "scalarNames" | "draws"> | undefined;
  readonly #programs = new Map<string, Compiled>();
  #accumulation: Promise<Accumulation> | undefined;

  constructor(job: TrainingJob) {
    this.#job = job;
    this.feeder = new Feeder(job);
    this.groups = groupNames(job.objective);
    const built = this.#build(1, this.groups, false);
    this.specs = built.state;
    if (Object.keys(built.starts).length > 0) this.#starting = built;
  }

  /** The first state: from the seed, and from the first batch where something, and its average, begins at what that tells. */
  async first(): Promise<State> {
    const { seed, objective, runtime } = this.#job;
    const state = State.initial(this.specs, seed);
    const starting = this.#starting;
    if (starting === undefined) return state;
    this.#starting = undefined;
    const outputs = Object.fromEntries(
      Object.entries(starting.starts).map(([name, tensor]) => [nextState.of(name), tensor]),
    );
    const program = { ...starting.program, name: "startingValues", outputs };
    const { control } = initialProgress(objective);
    const session = await runtime.compile(program);
    try {
      const call = { step: 0, count: 1, groups: this.groups, control };
      const told = await session.run({ ...state.feeds(program), ...this.feeder.feeds(starting, call) });
      const tensors = state.next(told).records();
      const names = Object.keys(starting.starts);
      return state.withWeights(Object.fromEntries(names.map((name) => [name, tensors[name]!])));
    } finally {
      await session.release();
    }
  }

  /**
   * Takes `count` steps in one call; `state` is used up where it lies on the device. Throws "diverged" when a term
   * is not finite afterwards.
   */
  async run(state: State, call: Call): Promise<Taken> {
    const { results, kept } = await this.#call(state, call);
    const terms = termsOf(results);
    if (finite(terms)) {
      return { state: state.next(kept), control: updated(call.control, call.groups, call.count), terms };
    }
    // One of the call's steps broke. Take them singly, to tell which and what.
    let current = state;
    let { control } = call;
    for (let step = call.step; step < call.step + call.count; step++) {
      const single = await this.#call(current, { ...call, step, count: 1, control });
      const found = termsOf(single.results);
      if (!finite(found)) throw diverged(step + 1, found, this.feeder.learningRate(step));
      current = current.next(single.kept);
      control = updated(control, call.groups, 1);
    }
    throw diverged(call.step + call.count, terms, this.feeder.learningRate(call.step));
  }

  /**
   * Runs an inner loop before step `step` to its end; the term `innerUpdates` is how many there were. Undefined where
   * `signal` aborts first: a state that was read is still good then.
   */
  async inner(
    state: State,
    control: Control,
    step: number,
    { groups, atMost, checkEvery }: InnerLoop,
    signal?: AbortSignal,
  ): Promise<Taken | undefined> {
    let [current, counted] = [state, control];
    let before = Number.POSITIVE_INFINITY;
    let done = 0;
    while (done < atMost) {
      if (signal?.aborted) return undefined;
      const count = Math.min(checkEvery, atMost - done);
      const inner = step * atMost + done;
      const { results, kept } = await this.#call(
        current,
        { step, count, groups, control: counted, inner },
        true,
      );
      const terms = termsOf(results);
      if (!finite(terms)) throw diverged(step + 1, terms, this.feeder.learningRate(step));
      current = current.next(kept);
      counted = updated(counted, groups, count);
      done += count;
      const losses = results.losses!.data as Float32Array;
      const loss = losses.reduce((total, one) => total + one, 0) / losses.length;
      if (loss >= before) break;
      before = loss;
    }
    return { state: current, control: counted, terms: { innerUpdates: done } };
  }

  async #call(state: State, call: Call, everyLoss = false): ReturnType<KeepingSession["run"]> {
    if (this.#job.accumulate !== undefined && this.#job.accumulate > 1) return this.#inParts(state, call);
    const kind = `${call.groups} ${everyLoss} `;
    const key = kind + call.count;
    let entry = this.#programs.get(key);
    if (entry === undefined) {
      const { program, scalarNames, draws } = this.#build(call.count, call.groups, everyLoss);
      const { runtime, forecast = forecastOf(program) } = this.#job;
      // On a GPU what a session left there, the state, might go with it.
      if (runtime.device === "cpu" && 2 * memoryOf(forecast) > SHARED * runtime.memory)
        await this.#letGo(kind);
      const changed = Object.keys(program.outputs).filter((name) => nextState.in(name) !== undefined);
      const session = runtime.compileKeeping(program, changed);
      entry = { inputs: program.inputs, scalarNames, draws, session };
      this.#programs.set(key, entry);
    }
    const feeds = { ...state.feeds(entry), ...this.feeder.feeds(entry, call) };
    const { draws } = entry;
    return (await entry.session).run(feeds, () => this.feeder.prepare(draws, call));
  }

  /** What a session has taken it keeps: an epoch's short call would double it. Making both anew takes a second an epoch. */
  async #letGo(kind: string): Promise<void> {
    for (const [key, { session }] of this.#programs) {
      if (!key.startsWith(kind)) continue;
      this.#programs.delete(key);
      await (await session).release();
    }
  }

  async #inParts(state: State, call: Call): ReturnType<KeepingSession["run"]> {
    const { runtime, accumulate = 1 } = this.#job;
    this.#accumulation ??= Accumulation.create(
      runtime,
      { ...this.#options(), groups: call.groups },
      accumulate,
    );
    return (await this.#accumulation).run(state, (program) => this.feeder.feeds(program, call));
  }

  #options() {
    const { vae, objective, optimizer, batchSize, packed, data } = this.#job;
    return { vae, objective, optimizer, batchSize, packed, dataSize: data.train.images.count };
  }

  #build(unroll: number, groups: readonly string[], everyLoss: boolean): StepProgram {
    return trainingProgram({ ...this.#options(), unroll, groups, everyLoss });
  }

  async release(): Promise<void> {
    for (const { session } of this.#programs.values()) await (await session).release();
    await (await this.#accumulation)?.release();
  }
}

function termsOf(results: Readonly<Record<string, Value>>): TermValues {
  const terms: Record<string, number | number[]> = {};
  for (const [output, { data, shape }] of Object.entries(results)) {
    const name = termOutput.in(output);
    if (name === undefined) continue;
    const numbers = Array.from(data as Float32Array);
    terms[name] = shape.length === 0 ? numbers[0]! : numbers;
  }
  return terms;
}
