/**
 * Carries one task out, in whatever process: the run is trained, continued or left as it is, by what its directory
 * says when the work begins; then come the jobs that were asked for.
 */

import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import type { JobEvent, Outcome, TrainingValue } from "../jobs/index.ts";
import { RunDirectory } from "../runs/index.ts";
import type { DoneStep, Task, TaskProgress } from "./executors/executor.ts";
import { type JobsByName, subjectOf } from "./steps.ts";

/** What the work is done with. */
export interface Bench {
  readonly jobs: JobsByName;
  events(
    name: string,
    subject: unknown,
    options: unknown,
    following: { readonly signal?: AbortSignal },
  ): AsyncGenerator<JobEvent, Outcome & { save(out?: string): Promise<string[]> }, void>;
}

export interface WorkReport {
  progress(progress: TaskProgress): void;
  done(step: DoneStep): void;
  note(text: string): void;
}

/** Returns "interrupted" when the signal stopped it, with a checkpoint of a training. Throws what the jobs throw. */
export async function carryOut(
  { path, config, data, steps }: Task,
  bench: Bench,
  report: WorkReport,
  signal: AbortSignal,
): Promise<"finished" | "interrupted"> {
  const given = data === undefined ? {} : { data };
  const left = whatIsLeft(path);
  if (left !== "nothing") {
    const events =
      left === "all"
        ? bench.events("train", config, { out: path, ...given }, { signal })
        : bench.events("resume", path, given, { signal });
    const { value } = await follow(events, report);
    if ((value as TrainingValue).status === "interrupted") return "interrupted";
  }
  for (const { job, options } of steps) {
    const subject = subjectOf(await bench.jobs[job]!(), path);
    const outcome = await follow(bench.events(job, subject, options, { signal }), report);
    const written = await outcome.save();
    report.done({ job, paths: written.map((file) => relative(path, file)) });
  }
  return "finished";
}

function whatIsLeft(path: string): "all" | "some" | "nothing" {
  if (!existsSync(join(path, "run.json"))) return "all";
  return RunDirectory.open(path).status === "finished" ? "nothing" : "some";
}

async function follow<R>(events: AsyncGenerator<JobEvent, R, void>, report: WorkReport): Promise<R> {
  let total = 0;
  for (;;) {
    const next = await events.next();
    if (next.done) return next.value;
    const event = next.value;
    if (event.type === "start") total = event.totalSteps;
    if (event.type === "note") report.note(event.text);
    if (event.type === "prepared") for (const note of event.notes) report.note(note);
    if (event.type === "stage")
      report.progress({ stage: event.stage, done: event.done, total: event.total ?? 0 });
    if (event.type === "step") {
      const { reconstruction, kl } = event.terms;
      report.progress({
        stage: "training",
        done: event.step,
        total,
        reconstruction: typeof reconstruction === "number" ? reconstruction : undefined,
        kl: typeof kl === "number" ? kl : undefined,
      });
    }
  }
}
