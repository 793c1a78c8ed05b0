/**
 * What a job is: something that a person asks for whole, declared once. From the declaration follow the command and
 * its help, the library's function and its types, a sweep's `then` step, the JSON Schema, the documented value, and
 * what an executor carries to another machine. It writes nothing: what it makes are values.
 */

import type { z } from "zod";
import type { Config, ConfigInput, Registries } from "../config/index.ts";
import type { OpenModel } from "../trained/index.ts";
import type { Artifact } from "./artifacts.ts";
import type { JobEvent } from "./events.ts";

/** What a job works on, by what it `takes`. */
export interface Subjects {
  nothing: undefined;
  /** A preset's name, the path of a YAML or JSON file, or a config as an object. */
  config: string | ConfigInput | Config;
  /** A run directory. */
  run: string;
  /** A run directory or the folder of an exported model, or a model that is open already. */
  model: string | OpenModel;
  /** Run directories, or folders that hold some. */
  runs: readonly string[];
  /** The same, or folders of exported models. */
  models: readonly string[];
  /** The name of a data source. */
  source: string;
  /** A sweep's preset or file, or a sweep as an object. */
  sweep: string | Readonly<Record<string, unknown>>;
  /** The folder of a sweep that was begun. */
  sweepFolder: string;
  /** A file that another program wrote. */
  file: string;
}

export type Takes = keyof Subjects;

/** What a job knows beside its subject and its options. */
export interface Context<T extends Takes = Takes> {
  readonly subject: Subjects[T];
  readonly registries: Registries;
  /** All jobs that can be asked for, by name: what a sweep may do with its runs. */
  readonly jobs: Readonly<Record<string, () => Promise<AnyJob>>>;
  /** What a user brings to carry sweeps out; `chooseExecutor` checks them. */
  readonly executors?: readonly unknown[] | undefined;
  /** The file that brought extensions: processes that carry out a sweep's runs load it anew. */
  readonly configModule?: string | undefined;
  /** Variables such as `BETALAB_CACHE`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/** What a job comes to. */
export interface Outcome<V = unknown> {
  /** Plain data, as the job's `value` schema says; what `--json` prints. */
  readonly value: V;
  readonly artifacts?: readonly Artifact[];
  /** The beginning of the artifacts' names. Default: the job's name. */
  readonly stem?: string;
  /** The folder that the artifacts belong to. Default: the subject's, where it is one folder. */
  readonly folder?: string;
  /** What the job told that a person should know; filled in when it is run. */
  readonly notes?: readonly string[];
  /** Some of what was asked for failed, and the value says what. Default: false. */
  readonly failed?: boolean;
}

export interface Job<
  N extends string = string,
  T extends Takes = Takes,
  O extends z.ZodObject = z.ZodObject,
  V extends z.ZodType = z.ZodType,
> {
  /** "traverse"; with a space for jobs of one group: "data inspect". */
  readonly name: N;
  /** One line, lower case, no full stop. */
  readonly summary: string;
  /** A command line that runs: `betalab traverse runs/demo --dims 0,7`. */
  readonly example: string;
  readonly takes: T;
  /** The subject may be left out. Default: false. */
  readonly subjectOptional?: boolean;
  /**
   * A strict object; every option is described and has its default here. `meta` may hold `unit` ("ms"), `placeholder`
   * (what the value is called in help), `positional` (follows the subject on a command line) and `environment` (the
   * variable that is read when it is absent).
   */
  readonly options: O;
  readonly value: V;
  /** It makes artifacts, which a sink takes. Default: false. */
  readonly artifacts?: boolean;
  /** Where they go unless a place is named, for help. Default: "figures/ and tables/ of the run"; without a run, the working directory. */
  readonly destination?: string;
  run(context: Context<T>, options: z.output<O>): AsyncGenerator<JobEvent, Outcome<z.output<V>>, void>;
}

/** Keeps a declaration's exact types. */
export function defineJob<
  const N extends string,
  const T extends Takes,
  O extends z.ZodObject,
  V extends z.ZodType,
>(job: Job<N, T, O, V>): Job<N, T, O, V> {
  return job;
}

/** Any job, where its types don't matter. */
// biome-ignore lint/suspicious/noExplicitAny: a job's `run` takes its own options, so no common type but this holds all jobs.
export type AnyJob = Job<string, any, any, any>;
