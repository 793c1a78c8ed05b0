/**
 * `createWorkbench`: everything that ships and everything that a user brings, joined. Each job is a method; what it
 * makes stays in memory until `save` writes it.
 */

import type { z } from "zod";
import { BetalabError, suggest } from "../base/errors.ts";
import { expectArgument, showValue } from "../base/issues.ts";
import {
  type Config,
  type ConfigInput,
  extend,
  type Joined,
  type OwnRegistries,
  type Registries,
  type Shipped,
} from "../config/index.ts";
import { loadExtensions, shipped } from "../config/node.ts";
import {
  type AnyExecutor,
  type AnyJob,
  follow,
  type Job,
  type JobEvent,
  type Outcome,
  runJob,
  type Subjects,
  saveOutcome,
  subjectNouns,
  type Takes,
} from "../jobs/index.ts";
import {
  modelInMemory,
  type OpenModel,
  type PreparedJob,
  type PrepareOptions,
  prepareTraining,
} from "../trained/index.ts";
import type { State } from "../training/index.ts";
import { type Catalogue, catalogue } from "./catalogue.ts";

/** What a user brings: items made by the rooms' own functions, and jobs made by `defineJob`. */
export interface Extensions extends OwnRegistries {
  readonly jobs?: readonly AnyJob[];
  /** Made by `executor`: where sweeps can be carried out. */
  readonly executors?: readonly AnyExecutor[];
}

/** How a job is watched and stopped. */
export interface Following {
  /** Told while the job works. */
  readonly onEvent?: (event: JobEvent) => void;
  readonly signal?: AbortSignal;
}

/** What a job made, in memory. */
export interface Result<V = unknown> extends Outcome<V> {
  /** Empty where it made none. */
  readonly artifacts: NonNullable<Outcome["artifacts"]>;
  /**
   * Writes the artifacts, each file whole or not at all: beside the job's subject, or to `out`, a folder or a file whose
   * name they take. Resolves to the paths. What is too large to be held is made while it is written: that can be
   * followed like the job, whose `signal` stops it too.
   *
   * @throws BetalabError "disk"; "interrupted"
   */
  save(out?: string, following?: Following): Promise<string[]>;
}

/**
 * What is named in a type, without "any other key": a config with every key set has that in each section, and where a
 * literal may be such a config too, its own keys would go unchecked.
 */
type Named<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T as string extends K ? never : K]: Named<T[K]> }
    : T;

/** What a job works on; a config may name whatever the workbench has. */
type Subject<T extends Takes, R extends Registries> = T extends "config"
  ? string | ConfigInput<R> | Named<Config>
  : Subjects[T];

type Method<J, R extends Registries> =
  J extends Job<string, infer T extends Takes, infer O extends z.ZodObject, infer V extends z.ZodType>
    ? T extends "nothing"
      ? (options?: z.input<O>, following?: Following) => Promise<Result<z.output<V>>>
      : (subject: Subject<T, R>, options?: z.input<O>, following?: Following) => Promise<Result<z.output<V>>>
    : never;

type Methods<R extends Registries> = {
  readonly [K in keyof typeof catalogue]: Method<Awaited<ReturnType<(typeof catalogue)[K]>>, R>;
};

/** What ships and what `Own` brings: the kinds that its configs may name, each with its options. */
export type WithShipped<Own extends Extensions> = Joined<Shipped, Own>;

export interface Workbench<R extends Registries = Shipped> extends Methods<R> {
  readonly registries: Registries;
  readonly jobs: Catalogue;
  readonly executors: readonly unknown[];
  /** A training job that writes nothing, for a loop of one's own with `train` of `betalab/training`. */
  prepare(
    config: Subject<"config", R>,
    options?: Pick<PrepareOptions, "data" | "dataDirectory" | "signal">,
  ): Promise<PreparedJob>;
  /** What such a loop came to, from any of its events that has a state: a model for every job that takes one. */
  model(job: PreparedJob, trained: { readonly state: State; readonly step: number }): OpenModel;
  /** Any job by its name, a user's own among them. Throws "usage" for an unknown name. */
  run(name: string, subject?: unknown, options?: unknown, following?: Following): Promise<Result>;
  /** The same as a stream of what it tells, for live displays; its return value is what it comes to. */
  events(
    name: string,
    subject?: unknown,
    options?: unknown,
    following?: Pick<Following, "signal">,
  ): AsyncGenerator<JobEvent, Result, void>;
}

export interface Surroundings {
  /** Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

type Nothing = Readonly<Record<never, never>>;

/**
 * What ships, joined by what is given: configs may name both, and an editor completes both.
 *
 * @throws BetalabError "config" naming the registry, the item and what is wrong with it.
 */
export function createWorkbench<const Own extends Extensions = Nothing>(
  // The second part makes a registry's misspelt name an error for the compiler too.
  extensions: Own & { readonly [K in Exclude<keyof Own, keyof Extensions>]: never } = {} as never,
  { environment = process.env }: Surroundings = {},
): Workbench<WithShipped<Own>> {
  expectArgument(Object(extensions) === extensions, "what it brings", extensions, "{ objectives: [mine] }");
  const { jobs = [], executors = [], ...items }: Extensions = extensions;
  return assemble(extend(shipped, items), jobs, executors, environment, undefined);
}

/**
 * What ships, joined by what a config module brings.
 *
 * @typeParam Own the type of the module's default export, which the compiler can't know by itself
 * @param file the module; default: `betalab.config.js` of the working directory, if it is there
 * @throws BetalabError "config" naming the file and what is wrong with it.
 */
export async function loadWorkbench<Own extends Extensions = Nothing>(
  file?: string,
  { environment = process.env }: Surroundings = {},
): Promise<Workbench<WithShipped<Own>>> {
  const { registries, jobs, executors, file: found } = await loadExtensions(shipped, { file });
  return assemble(registries, jobs as readonly AnyJob[], executors, environment, found?.path);
}

function assemble<R extends Registries>(
  registries: Registries,
  brought: readonly AnyJob[],
  executors: readonly unknown[],
  environment: NonNullable<Surroundings["environment"]>,
  configModule: string | undefined,
): Workbench<R> {
  const jobs = joinJobs(brought);
  const find = (name: string): (() => Promise<AnyJob>) => {
    const key = methodName(name);
    const load = Object.hasOwn(jobs, key) ? jobs[key] : undefined;
    if (load !== undefined) return load;
    throw new BetalabError("usage", `there is no job "${name}"`, suggest(name, Object.keys(jobs)));
  };
  const events: Workbench["events"] = async function* (name, subject, options, { signal } = {}) {
    const isSignal = signal === undefined || signal instanceof AbortSignal;
    expectArgument(isSignal, "`signal`", signal, "an AbortSignal");
    const job = await find(name)();
    const around = { registries, jobs, executors, environment, configModule, signal };
    const outcome = yield* runJob(job, { ...around, subject: subject as Subjects[Takes] }, options);
    return { ...outcome, artifacts: outcome.artifacts ?? [], save: saving(job, outcome, signal) };
  };
  const run: Workbench["run"] = async (name, subject, options, { onEvent, signal } = {}) => {
    const isListener = onEvent === undefined || typeof onEvent === "function";
    expectArgument(isListener, "`onEvent`", onEvent, "a function");
    return follow(events(name, subject, options, signal && { signal }), (event) => onEvent?.(event));
  };
  const methods = Object.keys(catalogue).map((key) => [key, methodOf(key as keyof typeof catalogue, run)]);
  const prepare: Workbench<R>["prepare"] = (config, options) =>
    prepareTraining(config as Subjects["config"], { ...options, environment, registries });
  const own = { registries, jobs, executors, run, events, prepare, model: modelInMemory };
  return { ...(Object.fromEntries(methods) as Methods<R>), ...own };
}

const saving =
  (job: AnyJob, outcome: Outcome, stop: AbortSignal | undefined): Result["save"] =>
  async (out, { onEvent, signal = stop } = {}) => {
    expectArgument(out === undefined || typeof out === "string", "`out`", out, "a folder or a file");
    return saveOutcome(job, outcome, out, {
      signal,
      onProgress: (progress) => onEvent?.({ type: "stage", ...progress }),
    });
  };

/** A job that works on nothing has no subject among its parameters. */
function methodOf(key: keyof typeof catalogue, run: Workbench["run"]) {
  return async (...given: readonly unknown[]): Promise<Result> => {
    const { takes }: AnyJob = await catalogue[key]();
    const [subject, options, following] = takes === "nothing" ? [undefined, ...given] : given;
    return run(key, subject, options, following as Following | undefined);
  };
}

/** "data inspect" → "dataInspect". */
export function methodName(name: string): string {
  return name.replaceAll(/[ -](\w)/g, (_, letter: string) => letter.toUpperCase());
}

function joinJobs(own: readonly AnyJob[]): Catalogue {
  const joined: Record<string, () => Promise<AnyJob>> = { ...catalogue };
  if (!Array.isArray(own)) {
    throw new BetalabError("config", `jobs: expected a list, not ${showValue(own)}`, "jobs: [mine]");
  }
  for (const [i, job] of own.entries()) {
    const problem = jobProblem(job, joined);
    if (problem !== undefined) {
      throw new BetalabError(
        "config",
        `jobs[${i}] ${problem}`,
        "a job is made by defineJob, from betalab: name, summary, takes, options, value and run",
      );
    }
    joined[methodName(job.name)] = async () => job;
  }
  return joined;
}

function jobProblem(job: unknown, known: Catalogue): string | undefined {
  if (typeof job !== "object" || job === null) return "is not a job";
  const { name, summary, takes, options, value, run } = job as Partial<AnyJob>;
  if (typeof name !== "string" || !/^[a-z][a-z0-9-]*( [a-z][a-z0-9-]*)?$/.test(name)) {
    return `has the name ${JSON.stringify(name)}: it must be one or two words of lower-case letters`;
  }
  if (Object.hasOwn(known, methodName(name))) return `is called "${name}", as another job is`;
  if (typeof summary !== "string" || summary === "") return `"${name}" has no summary`;
  if (takes !== "nothing" && !Object.hasOwn(subjectNouns, takes ?? "")) {
    return `"${name}": takes is ${showValue(takes)}, not nothing, ${Object.keys(subjectNouns).join(", ")}`;
  }
  if (typeof options?.safeParse !== "function" || typeof options.shape !== "object") {
    return `"${name}": options is not a zod object schema`;
  }
  if (typeof value?.safeParse !== "function") return `"${name}": value is not a zod schema`;
  if (typeof run !== "function") return `"${name}" has no run function`;
  return undefined;
}
