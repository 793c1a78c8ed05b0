/**
 * Where the runs of a sweep are carried out. A sweep only submits tasks, asks how they are, cancels and collects; so
 * that a queue on many machines can take the place of `local.ts`, everything is a promise and a task is plain data.
 */

import type { Config } from "../../config/index.ts";
import type { Step } from "../steps.ts";

/** One run that is to be there, trained, with some jobs done on it. Plain data: it goes through JSON. */
export interface Task {
  /** The run's identity: submitting it twice is submitting it once. */
  readonly id: string;
  readonly name: string;
  /** Of the run directory. What is there when work begins decides what is left to train. */
  readonly path: string;
  readonly config: Config;
  readonly steps: readonly Step[];
  /** The data's folder. Default: where the run found it. */
  readonly data?: string | undefined;
}

/** Where a running task is. */
export interface TaskProgress {
  /** "training", "importance sampling", … */
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  /** Of training: the newest terms in nats per image. */
  readonly reconstruction?: number | undefined;
  readonly kl?: number | undefined;
}

export interface TaskStatus {
  readonly state: "queued" | "running" | "finished" | "failed" | "cancelled";
  readonly progress?: TaskProgress | undefined;
}

/** A step that was done, and the files that it wrote, relative to the run directory. */
export interface DoneStep {
  readonly job: string;
  readonly paths: readonly string[];
}

/** How a task ended. */
export interface TaskOutcome {
  readonly state: "finished" | "failed" | "cancelled";
  readonly steps: readonly DoneStep[];
  /** What its jobs told that a person should know. */
  readonly notes: readonly string[];
  /** Why it failed, for people. */
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string | undefined };
  readonly seconds: number;
}

export interface Executor {
  /** Accepts a task; it starts when there is room for it. */
  submit(task: Task): Promise<void>;
  status(id: string): Promise<TaskStatus>;
  /** Asks it to stop with a checkpoint; a queued one never starts. Harmless when it has ended. */
  cancel(id: string): Promise<void>;
  /** Resolves when the task has ended, however it did. */
  collect(id: string): Promise<TaskOutcome>;
}
