/**
 * Where the runs of a sweep are carried out. A sweep only submits jobs, asks how they are, cancels and collects; so
 * that a queue on many machines can take the place of `local.ts`, everything is a promise and a job is plain data.
 */

import type { Config } from "../config/index.ts";
import type { Step } from "./steps.ts";

/** One run to train (or to continue) and what to do with it afterwards. Plain data: it goes through JSON. */
export interface Job {
  /** The run's identity: submitting it twice is submitting it once. */
  readonly id: string;
  readonly name: string;
  /** Of the run directory. */
  readonly path: string;
  readonly config: Config;
  /** "skip": it is trained already, only steps are left. */
  readonly training: "start" | "resume" | "skip";
  readonly steps: readonly Step[];
  /** Data and cache folders, as `Place`. */
  readonly place: {
    readonly dataDirectory?: string | undefined;
    readonly cacheDirectory?: string | undefined;
  };
}

/** Where a running job is. */
export interface JobProgress {
  /** "training", "importance sampling", … */
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  /** Of training: the newest terms in nats per image. */
  readonly reconstruction?: number | undefined;
  readonly kl?: number | undefined;
}

export type JobState = "queued" | "running" | "finished" | "failed" | "cancelled";

export interface JobStatus {
  readonly state: JobState;
  readonly progress?: JobProgress | undefined;
}

/** How a job ended. */
export interface JobOutcome {
  readonly state: "finished" | "failed" | "cancelled";
  /** Steps that were done, in order. */
  readonly steps: readonly string[];
  /** Why it failed, for people. */
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string | undefined };
  readonly seconds: number;
}

export interface Executor {
  /** Accepts a job; it starts when there is room for it. */
  submit(job: Job): Promise<void>;
  status(id: string): Promise<JobStatus>;
  /** Asks it to stop with a checkpoint; a queued one never starts. Harmless when it has ended. */
  cancel(id: string): Promise<void>;
  /** Resolves when the job has ended, however it did. */
  collect(id: string): Promise<JobOutcome>;
}
