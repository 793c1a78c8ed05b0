/**
 * Carries a planned sweep out: starts what is new, continues what was interrupted, leaves what is finished, and goes
 * on when a run fails. It tells how things stand as it goes; what is shown of that is the command line's business.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson } from "../base/json.ts";
import type { JobEvent, SweptRun } from "../jobs/index.ts";
import { type RecordedRun, readRecord, writeRecord } from "../runs/index.ts";
import type { Executor, Task, TaskOutcome, TaskProgress } from "./executors/executor.ts";
import type { PlannedRun, SweepPlan } from "./plan.ts";
import type { Step } from "./steps.ts";

export interface SweepOptions {
  readonly executor: Executor;
  /** Threads of a run whose config gives none. */
  readonly threads: number;
  /** The data's folder. */
  readonly data?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds between two looks. Default 200. */
  readonly interval?: number;
}

/** A run as a task. */
function taskOf(run: PlannedRun, steps: readonly Step[], threads: number, data?: string): Task {
  const { name, seed, device, threads: own = threads, ...rest } = run.config;
  return {
    id: run.identity,
    name: run.name,
    path: run.path,
    // In the schema's order, as a resumed run writes it: their files then agree to the byte.
    config: { name, seed, device, threads: own, ...rest },
    steps,
    ...(data !== undefined && { data }),
  };
}

/** The steps of the plan that were not yet done with a run, with these options. */
function stepsLeft(run: PlannedRun, steps: readonly Step[], recorded: RecordedRun | undefined): Step[] {
  if (run.found !== "finished" || recorded?.identity !== run.identity) return [...steps];
  return steps.filter(({ job, options }) => {
    const done = recorded.steps[job];
    const isThere = (file: string): boolean => existsSync(join(run.path, file));
    return done === undefined || done.options !== canonicalJson(options) || !done.paths.every(isThere);
  });
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
): AsyncGenerator<JobEvent, readonly SweptRun[], void> {
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
  const states = (): SweptRun[] => tracks.map((track) => track.state);
  save();

  const ended: Track[] = [];
  const noted = new Set<string>();
  let wake = (): void => {};
  for (const track of pending) {
    await executor.submit(taskOf(track.run, track.left, options.threads, options.data));
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
        // Many runs have the same to say: it is said once, of the first.
        for (const note of track.notes.filter((note) => !noted.has(note))) {
          noted.add(note);
          yield { type: "note", text: `${track.run.name}: ${note}` };
        }
        yield { type: "runs", ended: track.state, runs: states() };
      }
      if (open === 0) break;
      for (const track of pending) if (!track.over) track.see(await executor.status(track.run.identity));
      yield { type: "runs", runs: states() };
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
  #done: RecordedRun["steps"];
  #progress: TaskProgress | undefined;
  #outcome: TaskOutcome | undefined;

  constructor(run: PlannedRun, steps: readonly Step[], recorded: RecordedRun | undefined) {
    this.run = run;
    this.left = stepsLeft(run, steps, recorded);
    this.pending = isPending(run, this.left);
    this.#status = this.pending ? "waiting" : "finished";
    const kept = steps.filter((step) => !this.left.includes(step));
    this.#done = Object.fromEntries(kept.map(({ job }) => [job, recorded!.steps[job]!]));
  }

  see({ state, progress }: { readonly state: string; readonly progress?: TaskProgress | undefined }): void {
    if (this.over) return;
    if (state === "running") this.#status = "running";
    this.#progress = progress;
  }

  end(outcome: TaskOutcome): void {
    this.over = true;
    this.#outcome = outcome;
    this.#status = outcome.state === "cancelled" ? "interrupted" : outcome.state;
    for (const { job, paths } of outcome.steps) {
      const step = this.left.find((one) => one.job === job);
      if (step) this.#done[job] = { options: canonicalJson(step.options), paths: [...paths] };
    }
  }

  get notes(): readonly string[] {
    return this.#outcome?.notes ?? [];
  }

  get state(): SweptRun {
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
