/** What a job tells while it works, and how work that reports through callbacks becomes a generator of it. */

import { z } from "zod";
import { BetalabError } from "../base/errors.ts";
import type { OnProgress, Watch } from "../base/progress.ts";
import type { Config } from "../config/index.ts";
import type { Dataset } from "../data/index.ts";
import type { Runtime } from "../runtime/index.ts";
import type { TrainingEvent } from "../training/index.ts";

export type JobEvent =
  /** One part of the work; `done` and `total` count in the part's own units. */
  | ({ readonly type: "stage" } & Stage)
  /** How the runs of a sweep stand, a few times a second; `ended` when one has just ended. */
  | { readonly type: "runs"; readonly runs: readonly SweptRun[]; readonly ended?: SweptRun }
  | RunEvent;

/** What the training loop reports, and what became of it on disk. */
export type RunEvent =
  | TrainingEvent
  /** Something that a person should know: what was guessed, left out, clipped, or taken from an older file. */
  | { readonly type: "note"; readonly text: string }
  /** Before the first step: what is trained on what. */
  | {
      readonly type: "prepared";
      readonly path: string;
      readonly data: Dataset;
      readonly config: Config;
      readonly parameters: number;
      /** What the net derived from the pictures' size: width, depth. */
      readonly derived: Readonly<Record<string, number>>;
      readonly runtime: Runtime;
      /** What a person should know, one line each. */
      readonly notes: readonly string[];
    }
  | { readonly type: "pictures"; readonly epoch: number; readonly paths: readonly string[] }
  /** The model was exported as it was after `step` steps: the last ones, or those of the best epoch. */
  | { readonly type: "exported"; readonly step: number; readonly paths: readonly string[] };

/** One run of a sweep as it stands. */
export const sweptRun = z.object({
  name: z.string().describe("within the sweep"),
  path: z.string().describe("the run directory"),
  status: z
    .enum(["waiting", "running", "finished", "failed", "interrupted"])
    .describe("finished: with all jobs of `then`"),
  before: z.boolean().describe("it was finished before this sweep began"),
  seconds: z.number().optional().describe("of this sweep's work on it, s"),
  error: z.string().optional().describe("why it failed"),
  hint: z.string().optional().describe("what to do about it"),
});

/** The same while it is worked on. */
export interface SweptRun extends Readonly<z.infer<typeof sweptRun>> {
  readonly progress?: TaskProgress | undefined;
  /** The share of its training that was done when this sweep's was first seen; what it does besides comes after it. */
  readonly begun?: number | undefined;
}

/** Where a running task is; of training, with its newest terms in nats per image. */
export interface TaskProgress extends Stage {
  readonly reconstruction?: number | undefined;
  readonly kl?: number | undefined;
}

/** A stage without its tag; the rooms below always know a total. */
export interface Stage {
  /** What is being done: "reading pictures". */
  readonly stage: string;
  readonly done: number;
  /** Absent when the end isn't known. */
  readonly total?: number | undefined;
}

/** How a job's work tells what it does; the rooms below take it as a `Watch`. */
export interface Teller extends Watch {
  stage(stage: Stage): void;
  readonly onProgress: OnProgress;
  note(text: string): void;
  /** Aborted when the job is to stop; the teller's own functions throw "interrupted" then. */
  readonly signal: AbortSignal;
}

/** Milliseconds that work has to notice that it is to stop; together with what is shown, less than a second. */
const GRACE = 400;

/**
 * Runs `body` and yields what it tells. When the signal aborts, or nobody listens any more, the body is stopped at
 * the next thing it tells. One that doesn't notice soon is left behind: it makes values, which nobody takes then.
 *
 * @throws BetalabError "interrupted", and whatever the body throws.
 */
export async function* telling<T>(
  signal: AbortSignal | undefined,
  body: (tell: Teller) => Promise<T>,
): AsyncGenerator<JobEvent, T, void> {
  const stop = new AbortController();
  const grace: { timer?: NodeJS.Timeout; over: boolean } = { over: false };
  const forward = (): void => stop.abort(signal?.reason);
  if (signal?.aborted) forward();
  signal?.addEventListener("abort", forward, { once: true });
  const queue: JobEvent[] = [];
  let wake = (): void => {};
  let settled = false;
  const overdue = new Promise<void>((resolve) => {
    const begin = (): void => {
      if (settled) return;
      grace.timer = setTimeout(() => {
        grace.over = true;
        resolve();
      }, GRACE);
    };
    stop.signal.addEventListener("abort", begin, { once: true });
    if (stop.signal.aborted) begin();
  });
  const push = (event: JobEvent): void => {
    throwIfStopped(stop.signal);
    queue.push(event);
    wake();
  };
  const stage = (stage: Stage): void => push({ type: "stage", ...stage });
  const work = body({
    stage,
    onProgress: stage,
    note: (text) => push({ type: "note", text }),
    signal: stop.signal,
  }).finally(() => {
    settled = true;
    clearTimeout(grace.timer);
    wake();
  });
  // It is awaited below; until then a rejection must not count as unhandled.
  work.catch(() => {});
  try {
    for (;;) {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) yield next;
      if (settled) return await work;
      if (grace.over) throwIfStopped(stop.signal);
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await Promise.race([woken, overdue]);
    }
  } finally {
    stop.abort();
    signal?.removeEventListener("abort", forward);
    await Promise.race([work.catch(() => {}), overdue]);
  }
}

/**
 * What `work` comes to, where it can't be told to stop: the answer of a server, say.
 *
 * @throws BetalabError "interrupted" as soon as the signal aborts, and whatever the work throws.
 */
export function unlessStopped<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new BetalabError("interrupted", "stopped"));
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal?.removeEventListener("abort", stop));
  });
}

/** @throws BetalabError "interrupted" */
export function throwIfStopped(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new BetalabError("interrupted", "stopped");
}
