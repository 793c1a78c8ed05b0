/**
 * Carries a planned sweep out: submits what is left to do, looks how all of it is with one question at a time, and goes
 * on when a run fails. It tells how things stand as it goes; what is shown of that is the command line's business.
 */

import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { canonicalJson } from "../base/json.ts";
import {
  type Executor,
  FORECAST,
  type JobEvent,
  type Step,
  type SweptRun,
  type Task,
  type TaskOutcome,
  type TaskProgress,
  type TaskStatus,
  unlessStopped,
} from "../jobs/index.ts";
import { type RecordedRun, readRecord, writeRecord } from "../runs/index.ts";
import type { PlannedRun, SweepPlan } from "./plan.ts";

export interface SweepOptions {
  readonly executor: Executor;
  /** A run with the steps that are left, as a task. */
  task(run: PlannedRun, steps: readonly Step[]): Task;
  /** The runs go on without us: an abort leaves them, and only stops looking. */
  readonly lasting?: boolean;
  /** Submit, and look once. */
  readonly detach?: boolean;
  /** Where they are carried out, for later commands. */
  readonly on?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds between two looks. Default 200. */
  readonly interval?: number;
}

/** The steps of the plan that were not yet done with a run, with these options. */
function stepsLeft(run: PlannedRun, steps: readonly Step[], recorded: RecordedRun | undefined): Step[] {
  if (run.found !== "finished" || recorded === undefined) return [...steps];
  return steps.filter(({ job, options }) => {
    const done = recorded.steps[job];
    const isThere = (file: string): boolean => existsSync(join(run.path, file));
    return done === undefined || done.options !== canonicalJson(options) || !done.paths.every(isThere);
  });
}

/** The runs of a plan that have anything left to do. */
export function pendingRuns(plan: SweepPlan): PlannedRun[] {
  const recorded = recordedRuns(plan);
  return plan.runs.filter((run) => isPending(run, stepsLeft(run, plan.steps, recorded.get(run.identity))));
}

const isPending = (run: PlannedRun, left: readonly Step[]): boolean =>
  run.found !== "finished" || left.length > 0;

/** By identity: a run may have had another name. */
const recordedRuns = (plan: SweepPlan): Map<string, RecordedRun> =>
  new Map((readRecord(plan.path)?.runs ?? []).map((run) => [run.identity, run]));

/**
 * Runs a plan to its end, or until `signal` aborts: then every worker stops with a checkpoint, or the runs are left
 * to go on by themselves. Returns how each run is; a failed run is no exception.
 */
export async function* runSweep(
  plan: SweepPlan,
  { executor, task, lasting = false, detach = false, on, signal, interval = 200 }: SweepOptions,
): AsyncGenerator<JobEvent, readonly SweptRun[], void> {
  const recorded = recordedRuns(plan);
  const tracks = plan.runs.map((run) => new Track(run, plan.steps, recorded.get(run.identity), task));
  const save = (): void =>
    writeRecord(
      plan.path,
      plan.name,
      tracks.map((track) => track.record),
      on,
    );
  const states = (): SweptRun[] => tracks.map((track) => track.state);
  const noted = new Set<string>();
  const open = new Set(tracks.filter((track) => track.pending));
  const tasks = (): Task[] => [...open].map((track) => track.task);
  save();
  // What lasts goes on without us, and may be a server that doesn't answer.
  const answer = <T>(work: Promise<T>): Promise<T> => (lasting ? unlessStopped(signal, work) : work);
  let cancelled = false;
  try {
    await answer(executor.submit(tasks()));
    while (open.size > 0) {
      if (signal?.aborted && !cancelled) {
        cancelled = true;
        if (lasting) break;
        await executor.cancel(tasks());
      }
      const statuses = await answer(executor.statusAll(tasks())).catch((error) => {
        if (lasting && signal?.aborted) return undefined;
        throw error;
      });
      if (statuses === undefined) break;
      const lost = [...open].filter((track) => !statuses.has(track.task.id));
      // A queue that lost what it held.
      if (lost.length > 0) await answer(executor.submit(lost.map((track) => track.task)));
      const shown = new Map(tracks.map((track) => [track, track.state]));
      const ended = [...open].filter((track) => track.see(statuses.get(track.task.id)));
      for (const track of ended) open.delete(track);
      if (ended.length > 0) save();
      const told = new Set(ended.filter((track) => !track.isUntouched));
      for (const track of tracks) if (!told.has(track)) shown.set(track, track.state);
      for (const track of told) {
        // Many runs have the same to say: it is said once, of the first.
        for (const note of track.notes.filter((note) => !noted.has(topicOf(note)))) {
          noted.add(topicOf(note));
          yield { type: "note", text: `${track.run.name}: ${note}` };
        }
        // Those that ended with it and are told after it have not ended yet: they are counted.
        shown.set(track, track.state);
        yield { type: "runs", ended: track.state, runs: [...shown.values()] };
      }
      if (told.size === 0) yield { type: "runs", runs: states() };
      if (detach || open.size === 0) break;
      await wait(interval, undefined, signal?.aborted ? {} : { signal }).catch(() => {});
    }
  } finally {
    // Also when whoever listens goes away.
    if (!lasting && open.size > 0) await executor.cancel(tasks());
    save();
  }
  return states();
}

/** Forecasts of like runs differ by the machine's mood: they say one thing. */
const topicOf = (note: string): string => (note.startsWith(FORECAST) ? FORECAST : note);

/** One run while the sweep works on it. */
class Track {
  readonly run: PlannedRun;
  readonly task: Task;
  readonly pending: boolean;
  readonly #left: readonly Step[];
  readonly #done: RecordedRun["steps"];
  #status: RecordedRun["status"];
  #progress: TaskProgress | undefined;
  #begun: number | undefined;
  #hasRun = false;
  #outcome: TaskOutcome | undefined;

  constructor(
    run: PlannedRun,
    steps: readonly Step[],
    recorded: RecordedRun | undefined,
    task: SweepOptions["task"],
  ) {
    this.run = run;
    this.#left = stepsLeft(run, steps, recorded);
    this.task = task(run, this.#left);
    this.pending = isPending(run, this.#left);
    this.#status = this.pending ? "waiting" : "finished";
    const kept = steps.filter((step) => !this.#left.includes(step));
    this.#done = Object.fromEntries(kept.map(({ job }) => [job, recorded!.steps[job]!]));
  }

  /** Takes note of how it is; true when it has ended. */
  see(status: TaskStatus | undefined): boolean {
    if (status === undefined || status.state === "queued") return false;
    if (status.state === "running") {
      this.#status = "running";
      this.#progress = status.progress;
      this.#hasRun = true;
      const { stage, done = 0, total = 0 } = status.progress ?? {};
      if (stage === "training" && total > 0) this.#begun ??= this.run.found === "new" ? 0 : done / total;
      return false;
    }
    this.#outcome = status;
    this.#status = status.state === "cancelled" ? "interrupted" : status.state;
    for (const { job, paths } of status.steps) {
      const step = this.#left.find((one) => one.job === job);
      if (step) this.#done[job] = { options: canonicalJson(step.options), paths: [...paths] };
    }
    return true;
  }

  /** It was stopped before anybody worked on it. */
  get isUntouched(): boolean {
    return this.#status === "interrupted" && !this.#hasRun;
  }

  get notes(): readonly string[] {
    return this.#outcome?.notes ?? [];
  }

  get state(): SweptRun {
    const { name, path } = this.run;
    const { error, seconds } = this.#outcome ?? {};
    const now = { status: this.#status, progress: this.#progress, begun: this.#begun };
    return { name, path, ...now, before: !this.pending, error: error?.message, hint: error?.hint, seconds };
  }

  get record(): RecordedRun {
    const { name, path, settings, identity } = this.run;
    const error = this.#outcome?.error?.message;
    return {
      name,
      folder: basename(path),
      settings,
      identity,
      status: this.#status,
      ...(error !== undefined && { error }),
      steps: this.#done,
    };
  }
}
