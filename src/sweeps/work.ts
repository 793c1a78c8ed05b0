/**
 * Carries one task out, in whatever process: what its run directory says when the work begins decides what is done. It is
 * trained, continued, waited for where somebody else works on it, or left as it is; then come the steps.
 */

import { appendFileSync, existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { makeFolder } from "../base/disk.ts";
import { BetalabError } from "../base/errors.ts";
import { check, describeIssue } from "../base/issues.ts";
import { occupant } from "../base/lease.ts";
import { version } from "../base/version.ts";
import { configuration } from "../config/index.ts";
import {
  type Context,
  continueRun,
  follow,
  type JobEvent,
  runJob,
  saveOutcome,
  startRun,
  type Task,
  type TaskOutcome,
  type TaskProgress,
  taskFollower,
  taskSchema,
  throwIfStopped,
} from "../jobs/index.ts";
import { RunDirectory } from "../runs/index.ts";
import { failureOfThrown } from "./executors/outcomes.ts";
import { subjectOf } from "./steps.ts";

/** What the work is done with. */
export type Bench = Omit<Context, "subject" | "signal">;

/** Milliseconds between two looks at a run that somebody else works on. */
const LOOK = 500;

/** Checks what came as a task to be done here. Throws "config" naming the key; "run" when it is of another betalab. */
export function readTask(value: unknown, origin: string): Task {
  refuseOtherVersion(value, origin);
  return parseTask(value, origin);
}

/** Only a worker of the same version does a task. Throws "run" naming both. */
export function refuseOtherVersion(value: unknown, origin: string): void {
  const { software } = (value ?? {}) as { readonly software?: unknown };
  const ours = version();
  if (typeof software !== "string" || software === ours) return;
  throw new BetalabError(
    "run",
    `${origin} is of betalab ${software}, and this worker is betalab ${ours}`,
    "nothing was lost: let workers of that version do it, or submit the sweep again with this one",
  );
}

/** Throws "config" naming the key. */
export function parseTask(value: unknown, origin: string): Task {
  const { output, issue } = check(taskSchema, value);
  if (issue === undefined) return output;
  throw new BetalabError(
    "config",
    `${origin} is not a task: ${describeIssue(issue)}`,
    "a sweep writes them into its tasks/",
  );
}

/** Does the task and says how it ended. Never throws. */
export async function carryOut(
  task: Task,
  bench: Bench,
  progress: (progress: TaskProgress) => void,
  signal: AbortSignal,
): Promise<TaskOutcome> {
  const startedAt = performance.now();
  const steps: TaskOutcome["steps"] = [];
  const notes = new Set<string>();
  const log = logOf(task);
  const note = (text: string): void => {
    notes.add(text);
    log(text);
  };
  const listen = taskFollower({ log, note, progress });
  const ended = (outcome: Pick<TaskOutcome, "state" | "error">): TaskOutcome => {
    log(outcome.error === undefined ? outcome.state : `${outcome.state}: ${outcome.error.message}`);
    return { ...outcome, steps, notes: [...notes], seconds: (performance.now() - startedAt) / 1000 };
  };
  try {
    await ensure(task, bench, listen, signal, log);
    for (const { job: name, options } of task.steps) {
      const job = await bench.jobs[name]?.();
      if (job === undefined) throw new BetalabError("config", `there is no job "${name}" here`);
      // Whoever trained the run may have had the data elsewhere.
      const data = task.data !== undefined && "data" in job.options.shape && { data: task.data };
      const outcome = await follow(
        runJob(job, { ...bench, subject: subjectOf(job, task.path), signal }, { ...data, ...options }),
        listen,
      );
      const written = await saveOutcome(job, outcome, undefined, { signal, onProgress: progress });
      steps.push({ job: name, paths: written.map((file) => relative(task.path, file)) });
    }
    return ended({ state: "finished" });
  } catch (error) {
    if (error instanceof BetalabError && error.code === "interrupted") return ended({ state: "cancelled" });
    return ended({ state: "failed", error: failureOfThrown(error) });
  }
}

/** Returns once the run is trained, by whomever. */
async function ensure(
  { path, config, origins = {}, data, fingerprint }: Task,
  bench: Bench,
  listen: (event: JobEvent) => void,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  const at = { ...bench, signal, data, fingerprint, origins: new Map(Object.entries(origins)) };
  for (let waiting = ""; ; ) {
    throwIfStopped(signal);
    const isThere = existsSync(join(path, "run.json"));
    const status = isThere ? RunDirectory.open(path).status : "new";
    if (status === "finished") return;
    const other = occupant(path);
    if (other === undefined) {
      try {
        const checked = configuration(bench.registries).parse(config, "the task's config");
        await follow(isThere ? continueRun(path, at) : startRun(checked, at, path), listen);
        continue; // Finished, or stopped by the signal.
      } catch (error) {
        // Somebody was quicker, or took it over.
        if (!(error instanceof BetalabError && error.code === "run" && occupant(path) !== undefined))
          throw error;
      }
    } else if (waiting !== other.holder.token) {
      log(`waiting for ${other.name}, which works on it`);
      waiting = other.holder.token;
    }
    await wait(LOOK, undefined, { signal }).catch(() => {});
  }
}

function logOf({ log }: Task): (line: string) => void {
  return (line) => {
    try {
      makeFolder(dirname(log));
      appendFileSync(log, `${new Date().toISOString()}  ${line}\n`);
    } catch {
      // The work doesn't depend on its log.
    }
  };
}
