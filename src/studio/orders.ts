/** From what a page asks for to what is done: checked as the command line checks it, and bound to the studio's folder. */

import { join, parse as parsePath, resolve } from "node:path";
import { stringifyJson } from "../base/json.ts";
import { allocatedCores } from "../base/processes.ts";
import { withFlags } from "../cli/index.ts";
import { isConfigFile } from "../config/index.ts";
import { checkOptions, freePath } from "../jobs/index.ts";
import { RunDirectory } from "../runs/index.ts";
import { defineSweep, planSweep, readSweep, type SweepDefinition } from "../sweeps/index.ts";
import { type JobDescription, methodName, type Workbench } from "../workbench/index.ts";
import { lineOf, parse, wordsOf } from "./command-line.ts";
import { inside, isPlace } from "./inside.ts";
import { pathBelow } from "./names.ts";
import type { JobRequest, OptionValue } from "./protocol.ts";
import { notThere, Refused } from "./refused.ts";

/** What a job of the queue is: written into its folder, read by the process that does it. */
export interface Order {
  readonly job: string;
  readonly request: JobRequest;
  readonly commandLine: string;
  /** As the workbench takes them. */
  readonly subject: unknown;
  readonly options: Readonly<Record<string, unknown>>;
  /** Where what it makes goes; absent: to the run. */
  readonly out?: string;
  /** Ids of what it works on or makes. */
  readonly about: readonly string[];
  /** Threads of training that it needs; 0 where it needs not wait for any. */
  readonly threads: number;
  /** What the process that does it loads beside what ships. */
  readonly configModule?: string;
  /** Where it was asked for: its paths begin there, whichever studio starts it. */
  readonly directory?: string;
  /** A subject that is an object: a file, so that it can be named. */
  readonly file?: { readonly path: string; readonly text: string };
}

export interface OrderPlace {
  readonly workbench: Workbench;
  readonly descriptions: readonly JobDescription[];
  readonly root: string;
  /** The folder as it was given. */
  readonly shown: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly configModule?: string | undefined;
  /** Ids of runs that will be there. */
  readonly expected: ReadonlySet<string>;
}

/** A server doesn't work for others: a worker is one itself. */
export const isOffered = ({ name }: JobDescription): boolean => name !== "worker";

/** Jobs that train wait for cores. */
export const trains = ({ name }: JobDescription): boolean =>
  ["train", "resume", "demo", "suggest", "sweep"].includes(name);

/**
 * @param folder where the job's own files go
 * @throws BetalabError what the command line would say; Refused 404, 403
 */
export async function makeOrder(request: JobRequest, folder: string, place: OrderPlace): Promise<Order> {
  const job = place.descriptions.find((one) => one.name === request.job && isOffered(one));
  if (job === undefined) throw notThere(`a job ${JSON.stringify(String(request.job).slice(0, 60))}`);
  const subject = subjectOf(job, request, folder, place);
  const options = { ...request.options };
  const pictures = job.options.find(({ positional, name }) => positional && name === "pictures");
  if (pictures && options.pictures)
    options.pictures = [options.pictures].flat().map((path) => pictureAt(String(path), place));
  const planned = await planOf(job, subject, options, place);
  const out = outOf(job, options, folder, planned.name, subject, place);
  const own = job.options.some(({ name }) => name === "out");
  const shownOptions = out === undefined || (!own && job.artifacts !== true) ? options : { ...options, out };
  const words = wordsOf(job, subject.words, shownOptions);
  const parsed = await parse(job, words, place.environment);
  const { out: _, ...others } = parsed.options;
  const positional = job.options.find((option) => option.positional);
  const rest = positional && { [positional.name]: parsed.args.slice(subject.words.length) };
  const values = {
    ...(own ? parsed.options : others),
    ...(rest && rest[positional.name]!.length > 0 && rest),
  };
  const declared = await place.workbench.jobs[methodName(job.name)]!();
  await dressed(job, () => checkOptions(declared, values));
  if (job.name === "train") await dressed(job, () => RunDirectory.check(out!));
  const made = own && job.name !== "data make" && out !== undefined ? [idOf(out, place)] : [];
  return {
    job: job.name,
    request,
    commandLine: lineOf(words),
    subject: subject.value,
    options: values,
    ...(!own && out !== undefined && { out }),
    about: [...subject.about, ...made],
    threads: trains(job) ? planned.threads : 0,
    directory: process.cwd(),
    ...(place.configModule !== undefined && { configModule: place.configModule }),
    ...(subject.file && { file: subject.file }),
  };
}

interface Subject {
  /** On the command line. */
  readonly words: readonly string[];
  readonly value: unknown;
  readonly about: readonly string[];
  readonly file?: Order["file"];
}

function subjectOf(
  { name, takes }: JobDescription,
  { subject }: JobRequest,
  folder: string,
  place: OrderPlace,
): Subject {
  const path = (id: string): string => join(place.shown, ...id.split("/"));
  const there = (id: unknown): string => {
    if (typeof id !== "string") throw new Refused(400, `${name} needs the id of a run, not ${typeof id}`);
    inside(place.root, id);
    return id;
  };
  if (takes === "run" || takes === "model" || takes === "sweepFolder") {
    const id = there(subject);
    return { words: [path(id)], value: path(id), about: [id] };
  }
  if (takes === "runs" || takes === "models") {
    const ids = [subject ?? []].flat().map(there);
    const paths = ids.map(path);
    return { words: paths, value: paths, about: ids };
  }
  if (takes === "nothing" || subject === undefined) return { words: [], value: undefined, about: [] };
  if (typeof subject === "string") {
    const value = takes === "source" || takes === "file" ? subject : placeOfName(subject, place);
    return { words: [value], value, about: [] };
  }
  if (takes === "source" || takes === "file" || Array.isArray(subject))
    throw new Refused(400, `${name} does not take a list or an object`);
  const { name: given } = subject as { readonly name?: unknown };
  const named = { ...subject, name: typeof given === "string" && given !== "" ? given : takes };
  const file = join(folder, `${takes}.json`);
  const text = `${stringifyJson(named, 2)}\n`;
  return { words: [file], value: file, about: [], file: { path: file, text } };
}

/** A preset's name as it is; a file of the studio's folder where it lies. Throws Refused 404. */
export function placeOfName(name: string, { root, shown }: Pick<OrderPlace, "root" | "shown">): string {
  if (!isConfigFile(name)) return name;
  inside(root, name);
  return join(shown, ...name.split("/"));
}

/** A picture that was uploaded, or one of a run. */
function pictureAt(path: string, { root, shown }: OrderPlace): string {
  const uploads = ".studio/uploads";
  if (path.startsWith(`${uploads}/`)) inside(join(root, uploads), path.slice(uploads.length + 1));
  else inside(root, path);
  return join(shown, ...path.split("/"));
}

/** What `config` answers, with the options of another job that has them too. */
export async function resolveConfig(
  job: JobDescription,
  subject: unknown,
  options: Readonly<Record<string, OptionValue>>,
  { workbench, environment }: Pick<OrderPlace, "workbench" | "environment">,
) {
  const flags = (await parse(job, wordsOf(job, ["x"], options), environment)).options;
  const { set, seed, epochs, device } = flags as Readonly<Record<string, never>>;
  return (await dressed(job, () => workbench.config(subject as never, { set, seed, epochs, device }))).value;
}

/** The name of the folder that it will make, and its threads. Resolves the config or the sweep, and so refuses what can't be trained. */
async function planOf(
  job: JobDescription,
  { value, file }: Subject,
  options: Readonly<Record<string, OptionValue>>,
  place: OrderPlace,
): Promise<{ readonly name: string; readonly threads: number }> {
  const { workbench, environment, root } = place;
  const cores = allocatedCores();
  const given = file === undefined ? value : (JSON.parse(file.text) as Record<string, unknown>);
  if (job.takes === "config" && given !== undefined) {
    const config = (await resolveConfig(job, given, options, place)).config!;
    return { name: config.name, threads: Math.min(cores, config.threads ?? cores) };
  }
  if (job.takes === "sweep" && given !== undefined) {
    const flags = (await parse(job, wordsOf(job, ["x"], options), environment)).options;
    const { set, epochs, device, on, jobs, out } = flags as Readonly<Record<string, never>>;
    const definition: SweepDefinition = await dressed(job, () =>
      typeof given === "string" ? readSweep(given) : defineSweep(given, "sweep"),
    );
    await dressed(job, () =>
      planSweep(definition, {
        out: out ?? join(root, definition.name),
        set,
        flags: { device, "training.epochs": epochs },
        environment,
        registries: workbench.registries,
      }),
    );
    const here = on === undefined || on === "local";
    return { name: definition.name, threads: here ? Math.min(cores, jobs ?? cores) : 0 };
  }
  if (job.takes === "run" && typeof value === "string") {
    const { config } = RunDirectory.open(value).information;
    const { threads } = config as { readonly threads?: number };
    return { name: "", threads: Math.min(cores, threads ?? cores) };
  }
  return { name: job.name === "demo" ? "betalab-demo" : "", threads: cores };
}

/** Where what a job makes goes: below the studio's folder, whatever was asked for. */
function outOf(
  job: JobDescription,
  { out }: Readonly<Record<string, OptionValue>>,
  folder: string,
  name: string,
  { about, words }: Subject,
  place: OrderPlace,
): string | undefined {
  if (typeof out === "string" && out !== "") return boundTo(out, place);
  const at = (wanted: string): string => join(place.shown, wanted);
  switch (job.name) {
    case "train":
    case "demo":
      return freeAt(at(name), place);
    case "suggest":
      return freeAt(at(`${name}-probe`), place);
    case "sweep":
      return at(name);
    case "import":
      return freeAt(at(parsePath(words[0] ?? "").name || job.name), place);
    case "data make":
      return join(folder, "made", "data.npz");
    default: {
      const isOfRuns = job.takes === "runs" && (job.name === "compare" || about.length !== 1);
      const hasHome = job.takes === "models" || (about.length > 0 && !isOfRuns);
      return job.artifacts && !hasHome ? join(folder, "made") : undefined;
    }
  }
}

/** Throws Refused 403 where a path leads out of the studio's folder, or through a link. */
function boundTo(out: string, { root, shown }: OrderPlace): string {
  if (isPlace(root, pathBelow(resolve(shown), resolve(out)))) return out;
  const message = `--out: ${JSON.stringify(out)} is no place below ${shown}: the studio writes nowhere else, and through no link or hidden folder`;
  throw new Refused(403, message, `choose one below it, such as ${join(shown, "NAME")}`);
}

const idOf = (path: string, { shown }: OrderPlace): string => pathBelow(resolve(shown), resolve(path));

/** Neither there nor about to be. */
const freeAt = (path: string, place: OrderPlace): string =>
  freePath(path, (free) => place.expected.has(idOf(free, place)));

/** What `work` comes to; an error names flags, as the command line does. */
async function dressed<T>({ options }: JobDescription, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw withFlags(
      error,
      options.map(({ name }) => name),
    );
  }
}
