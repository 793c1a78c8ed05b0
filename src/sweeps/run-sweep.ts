/**
 * Carries a planned sweep out: starts what is new, continues what was interrupted, leaves what is finished, and goes
 * on when a run fails. It tells how things stand as it goes; what is shown of that is the command line's business.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson } from "../base/json.ts";
import { type RecordedRun, readRecord, writeRecord } from "../runs/index.ts";
import type { Executor, Job, JobOutcome, JobProgress } from "./executor.ts";
import type { PlannedRun, SweepPlan } from "./plan.ts";
import { type Step, stepKinds } from "./steps.ts";

/** One run of a sweep, now. */
export interface RunState {
  readonly name: string;
  readonly path: string;
  readonly status: RecordedRun["status"];
  /** It was finished before this sweep began, steps and all. */
  readonly before: boolean;
  readonly progress?: JobProgress | undefined;
  readonly error?: string | undefined;
  readonly hint?: string | undefined;
  /** Of this sweep's work on it. */
  readonly seconds?: number | undefined;
}

export type SweepEvent =
  /** A few times a second. */
  | { readonly type: "status"; readonly runs: readonly RunState[] }
  /** A run has ended. */
  | { readonly type: "ended"; readonly run: RunState; readonly runs: readonly RunState[] };

export interface SweepOptions {
  readonly executor: Executor;
  /** Threads of a run whose config gives none. */
  readonly threads: number;
  readonly place?: Job["place"];
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds between two looks. Default 200. */
  readonly interval?: number;
}

/** What is left to do of a run. */
export function jobOf(run: PlannedRun, steps: readonly Step[], threads: number, place: Job["place"]): Job {
  const { name, seed, device, threads: own = threads, ...rest } = run.config;
  const training = { new: "start", finished: "skip" }[run.found as string] as Job["training"] | undefined;
  return {
    id: run.identity,
    name: run.name,
    path: run.path,
    // In the schema's order, as a resumed run writes it: their files then agree to the byte.
    config: { name, seed, device, threads: own, ...rest },
    training: training ?? "resume",
    steps,
    place,
  };
}

/** The steps of the plan that were not yet done with a run, with these options. */
export function stepsLeft(
  run: PlannedRun,
  steps: readonly Step[],
  recorded: RecordedRun | undefined,
): Step[] {
  if (run.found !== "finished" || recorded?.identity !== run.identity) return [...steps];
  return steps.filter(
    ({ step, options }) =>
      recorded.steps[step] !== canonicalJson(options) || !existsSync(join(run.path, stepKinds[step].output)),
  );
}

/** How many runs of a plan have anything left to do. */
export function countPending(plan: SweepPlan): number {
  const recorded = recordedByName(plan);
  return plan.runs.filter((run) => isPending(run, stepsLeft(run, plan.steps, recorded.get(run.name)))).length;
}

const isPending = (run: PlannedRun, left: readonly Step[]): boolean =>
  run.found !== "finished" || left.length > 0;

const recordedByName = (plan: SweepPlan): Map<string, RecordedRun> =>
  new Map((readRecord(plan.path)?.runs ?? []).map((run) => [run.name, run]));

/**
 * Runs a plan to its end, or until `signal` aborts and every worker has stopped with a checkpoint. Returns how each
 * run ended; a failed run is no exception.
 */
export async function* runSweep(
  plan: SweepPlan,
  options: SweepOptions,
): AsyncGenerator<SweepEvent, readonly RunState[], void> {
  const { executor, signal, interval = 200 } = options;
  const recorded = recordedByName(plan);
  const tracks = plan.runs.map((run) => new Track(run, plan.steps, recorded.get(run.name)));
  const pending = tracks.filter((track) => track.pending);
  const save = (): void =>
    writeRecord(
      plan.path,
      plan.name,
      tracks.map((track) => track.record),
    );
  const states = (): RunState[] => tracks.map((track) => track.state);
  save();

  const ended: Track[] = [];
  let wake = (): void => {};
  for (const track of pending) {
    await executor.submit(jobOf(track.run, track.left, options.threads, options.place ?? {}));
    void executor.collect(track.run.identity).then((outcome) => {
      track.end(outcome);
      ended.push(track);
      wake();
    });
  }
  const stop = (): void => {
    for (const { run } of pending) void executor.cancel(run.identity);
  };
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    for (let open = pending.length; open > 0; ) {
      for (let track = ended.shift(); track !== undefined; track = ended.shift()) {
        open--;
        save();
        yield { type: "ended", run: track.state, runs: states() };
      }
      if (open === 0) break;
      for (const track of pending) if (!track.over) track.see(await executor.status(track.run.identity));
      yield { type: "status", runs: states() };
      if (ended.length > 0) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, interval);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    // Also when whoever listens goes away.
    signal?.removeEventListener("abort", stop);
    for (const { run, over } of pending) if (!over) await executor.cancel(run.identity);
  }
  return states();
}

/** One run while the sweep works on it. */
class Track {
  readonly run: PlannedRun;
  readonly left: readonly Step[];
  readonly pending: boolean;
  over = false;
  #status: RecordedRun["status"];
  #done: Record<string, string>;
  #progress: JobProgress | undefined;
  #outcome: JobOutcome | undefined;

  constructor(run: PlannedRun, steps: readonly Step[], recorded: RecordedRun | undefined) {
    this.run = run;
    this.left = stepsLeft(run, steps, recorded);
    this.pending = isPending(run, this.left);
    this.#status = this.pending ? "waiting" : "finished";
    const kept = steps.filter((step) => !this.left.includes(step));
    this.#done = Object.fromEntries(kept.map(({ step, options }) => [step, canonicalJson(options)]));
  }

  see({ state, progress }: { readonly state: string; readonly progress?: JobProgress | undefined }): void {
    if (this.over) return;
    if (state === "running") this.#status = "running";
    this.#progress = progress;
  }

  end(outcome: JobOutcome): void {
    this.over = true;
    this.#outcome = outcome;
    this.#status = outcome.state === "cancelled" ? "interrupted" : outcome.state;
    for (const name of outcome.steps) {
      const step = this.left.find((one) => one.step === name);
      if (step) this.#done[name] = canonicalJson(step.options);
    }
  }

  get state(): RunState {
    const { name, path } = this.run;
    const { error, seconds } = this.#outcome ?? {};
    return {
      name,
      path,
      status: this.#status,
      before: !this.pending,
      progress: this.#progress,
      error: error?.message,
      hint: error?.hint,
      seconds,
    };
  }

  get record(): RecordedRun {
    const { name, settings, identity } = this.run;
    const error = this.#outcome?.error?.message;
    return {
      name,
      settings,
      identity,
      status: this.#status,
      ...(error !== undefined && { error }),
      steps: this.#done,
    };
  }
}
