/**
 * The contract of an executor: what carries a sweep's runs to where they are worked on. `local`, `redis` and `slurm` ship
 * (`src/sweeps/executors/`); one of your own is a definition object like them, in `betalab.config.js`.
 */

import { z } from "zod";
import type { TaskProgress } from "./events.ts";

export const TASK_FORMAT = 1;

/** What a run is to be given where an executor has a choice; its own words where they are words (Slurm's `4G`, `2:00:00`). */
export const resources = z.strictObject({
  partition: z.string().optional(),
  time: z.string().optional(),
  mem: z.string().optional(),
  cpus: z.int().min(1).optional(),
  gpus: z.int().min(0).optional(),
});

/** One run that is to be there, trained, with some jobs done on it. Plain data, a file in the sweep's `tasks/`. */
export const taskSchema = z.strictObject({
  format: z.literal(TASK_FORMAT),
  /** Of betalab: a worker of another version refuses it. */
  software: z.string(),
  /** Of the run's identity, its folder and the steps: submitting it twice is submitting it once. */
  id: z.string().regex(/^[\w-]+$/),
  name: z.string().min(1),
  /** Of the run directory, absolute. What is there when work begins decides what is left to do. */
  path: z.string().min(1),
  /** The file that its worker adds lines to, absolute. */
  log: z.string().min(1),
  /** The resolved config. */
  config: z.record(z.string(), z.unknown()),
  /** Where its values come from, for whoever reads the run. */
  origins: z.record(z.string(), z.string()).optional(),
  /** Jobs of the catalogue that work on the trained run. */
  steps: z.array(z.strictObject({ job: z.string(), options: z.record(z.string(), z.unknown()) })),
  /** Where the data lies, absolute; outranks the config's `data.path`. */
  data: z.string().optional(),
  /** Of the data: a worker that finds other data refuses the task. */
  fingerprint: z.string().optional(),
  /** A module that the worker loads: what a user brings. */
  configModule: z.string().optional(),
  resources: resources.optional(),
});

export type Task = z.infer<typeof taskSchema>;

/** A job of the catalogue that works on the trained run, with its options. */
export type Step = Task["steps"][number];

/** How a task ended. */
export const taskOutcome = z.object({
  state: z.enum(["finished", "failed", "cancelled"]).describe("what became of it"),
  steps: z
    .array(
      z.object({
        job: z.string().describe("its name"),
        paths: z.array(z.string()).describe("files that it wrote, within the run"),
      }),
    )
    .describe("jobs done, and their files"),
  notes: z.array(z.string()).describe("notes of its jobs"),
  seconds: z.number().describe("time it took, s"),
  error: z
    .object({
      code: z.string().describe("kind of error: `data`, `disk`, `run`, …"),
      message: z.string().describe("what went wrong"),
      hint: z.string().optional().describe("what to do about it"),
    })
    .optional()
    .describe("why it failed"),
});

export type TaskOutcome = z.infer<typeof taskOutcome>;

export type TaskStatus =
  | { readonly state: "queued" }
  | { readonly state: "running"; readonly progress?: TaskProgress | undefined }
  | TaskOutcome;

export interface Executor {
  /** Accepts tasks; one that it has, and that has not ended, stays as it is; one that ended is begun again. */
  submit(tasks: readonly Task[]): Promise<void>;
  /** How all of these are, by id; one that it doesn't know (any more) is absent. */
  statusAll(tasks: readonly Task[]): Promise<ReadonlyMap<string, TaskStatus>>;
  /** Asks them to stop with a checkpoint; a queued one never starts. Harmless where one has ended. */
  cancel(tasks: readonly Task[]): Promise<void>;
  /** What a task said, the newest last. */
  logs(task: Task): Promise<string>;
  /** Forgets tasks that ended. */
  forget(tasks: readonly Task[]): Promise<void>;
  /** Lets go. What runs elsewhere goes on; what can't, stops with a checkpoint. */
  close(): Promise<void>;
}

/** What an executor knows of the sweep that opens it. */
export interface ExecutorPlace {
  /** What follows `on`: its name, or an address that begins with it. */
  readonly address: string;
  /** The sweep's folder, absolute. */
  readonly folder: string;
  /** How many tasks there will be. */
  readonly pending: number;
  /** What the runs compute on. */
  readonly devices: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface ExecutorDefinition<O extends z.ZodObject = z.ZodObject> {
  /** "slurm"; it is chosen by its name, or by an address that begins with it: `redis://host`. */
  readonly name: string;
  readonly summary: string;
  /** Those of the options of `sweep` that it takes. */
  readonly options: O;
  /** Tasks go on when whoever submitted them leaves. */
  readonly lasting: boolean;
  /** Throws "network", "config" or "device" when it can't work. */
  open(place: ExecutorPlace, options: z.output<O>): Promise<Executor>;
}

/** Keeps a definition's exact types. */
export function executor<O extends z.ZodObject>(definition: ExecutorDefinition<O>): ExecutorDefinition<O> {
  return definition;
}

// biome-ignore lint/suspicious/noExplicitAny: `open` takes its own options, so no common type but this holds all executors.
export type AnyExecutor = ExecutorDefinition<any>;
