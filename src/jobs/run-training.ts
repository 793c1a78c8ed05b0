/**
 * Training as a person means it: a run directory that fills while the loop runs, and that a later `resume` continues
 * exactly, wherever the first was stopped.
 */

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { BetalabError } from "../base/errors.ts";
import { plural } from "../base/format.ts";
import { occupant } from "../base/lease.ts";
import type { Config } from "../config/index.ts";
import { requiredExtensions } from "../config/node.ts";
import { batchesPerEpoch, type Dataset } from "../data/index.ts";
import { openDataset } from "../data/node.ts";
import { RunDirectory, type RunInformation } from "../runs/index.ts";
import { createRuntime, type Runtime } from "../runtime/node.ts";
import {
  buildJob,
  configOf,
  dataContext,
  extensionNotes,
  imageShape,
  progressOf,
  recordedPlace,
  usedCheckpoint,
  versions,
} from "../trained/index.ts";
import type { TrainingJob } from "../training/index.ts";
import { type JobEvent, telling } from "./events.ts";
import type { Context } from "./job.ts";
import { joinLogs } from "./logs/index.ts";
import { lostEpochs } from "./lost-epochs.ts";
import { placeOf } from "./open.ts";
import { record } from "./record-training.ts";

/** Where a run goes unless `out` says otherwise. */
export const freeRunPath = ({ name }: Config): string => freePath(join("runs", name));

/** `path`, or `path-2`, `path-3`, … if it is there already, or spoken for. */
export function freePath(path: string, isTaken: (path: string) => boolean = () => false): string {
  let free = path;
  for (let i = 2; existsSync(free) || isTaken(free); i++) free = `${path}-${i}`;
  return free;
}

/** Where a training finds its data and its surroundings. */
export interface TrainingPlace extends Pick<Context, "environment" | "registries" | "signal"> {
  /** The data's folder. Default: where the run found it, or `BETALAB_DATA`. */
  readonly data?: string | undefined;
  /** Continues a run even if another process is working on it; that process then stops. Default: false. */
  readonly takeOver?: boolean | undefined;
  /** Where the values of a new run's config come from, as `Resolved` says it. */
  readonly origins?: ReadonlyMap<string, string> | undefined;
  /** Where it is to be logged as well. */
  readonly logs?: Parameters<typeof joinLogs>[0] | undefined;
  /** Of the data that a new run is meant to be trained on. */
  readonly fingerprint?: string | undefined;
}

/**
 * Trains a resolved config into a new run directory.
 *
 * Throws "run" when the directory is not empty; "data", "config", "device", "disk" or "diverged" as the
 * cause may be, after `run.json` says that the run failed and why.
 *
 * @param path the run directory, or what names a free one; default: `runs/<name>`, with the first free number if that is taken
 */
export async function* startRun(
  config: Config,
  place: TrainingPlace,
  path: string | (() => string) = () => freeRunPath(config),
): AsyncGenerator<JobEvent, void, void> {
  if (typeof path === "string") RunDirectory.check(path);
  const engine = startEngine(config);
  const { data, directory } = yield* openData(config, place);
  try {
    if (typeof path === "string") refuseOtherData(path, data.fingerprint, place.fingerprint);
    const runtime = await engine;
    const job = buildJob(config, data, runtime, place.registries);
    const logs = joinLogs(place.logs ?? {});
    const run = createRun(path, {
      config,
      ...(place.origins && { origins: Object.fromEntries(place.origins) }),
      extensions: requiredExtensions(config, place.registries),
      versions: versions(runtime),
      data: recordOf(data, job.vae.classes, directory),
      ...(logs && { logs }),
      seed: config.seed,
      device: runtime.device,
      threads: runtime.threads,
      epochs: config.training.epochs,
    });
    yield* record(run, config, job, undefined, place);
  } finally {
    data.close();
  }
}

/** A name that nobody asked for is no reason to fail: where another training has taken it meanwhile, the next is. */
function createRun(
  path: string | (() => string),
  start: Parameters<typeof RunDirectory.create>[1],
): RunDirectory {
  if (typeof path === "string") return RunDirectory.create(path, start);
  for (;;) {
    const free = path();
    try {
      return RunDirectory.create(free, start);
    } catch (error) {
      const isTaken = error instanceof BetalabError && error.code === "run" && path() !== free;
      if (!isTaken) throw error;
    }
  }
}

/**
 * Continues a run from its newest checkpoint, as if it had never stopped.
 *
 * @param epochs asks for more (or fewer) epochs than the run was started with; not for fewer than it has trained
 */
export async function* continueRun(
  path: string,
  place: TrainingPlace,
  epochs?: number,
): AsyncGenerator<JobEvent, void, void> {
  const other = place.takeOver ? occupant(path) : undefined;
  const run = RunDirectory.resume(path, place);
  try {
    const taken = other
      ? [`taken over from ${other.name}, which was heard of ${other.age.toFixed(0)} s ago`]
      : [];
    // Before the config, which can't be read without what it names.
    const changed = extensionNotes(run, place.registries);
    const config = configOf(run, { epochs, registries: place.registries });
    const { data: recorded } = run.information;
    const known = recordedPlace(recorded.directory, place.environment);
    const engine = startEngine(config);
    const { data, directory } = yield* openData(config, place, known);
    try {
      refuseOtherData(path, data.fingerprint, recorded.fingerprint);
      const runtime = await engine;
      const job = buildJob(config, data, runtime, place.registries);
      const newest = run.newestCheckpoint();
      refuseFewerEpochs(path, job, run.information.progress.step);
      const progress = newest && progressOf(newest.checkpoint, newest.path);
      const tensors = newest?.checkpoint.tensors;
      const step = progress?.step ?? 0;
      // Imported weights come without moments, and without what an objective remembers: those begin anew.
      const begins = run.information.imported !== undefined && step === 0;
      const problems = [
        ...taken,
        ...changed,
        // It goes on from the newest whatever weights are shown.
        ...(newest ? new Set([...newest.problems, ...usedCheckpoint(run, config, newest).problems]) : []),
        ...run.metrics.salvage(),
        ...lostEpochs(run, config, progress ?? { step }),
        ...otherEngine(run, runtime),
      ];
      // A process that died after evaluating the epoch, and before its checkpoint, has left its line.
      run.metrics.truncateAfter(step, ({ split }) => progress?.unevaluated === true && split === "heldOut");
      const logs = joinLogs(place.logs ?? {}, run.information.logs);
      run.begin(step, {
        config,
        ...(logs && { logs }),
        versions: versions(runtime),
        device: runtime.device,
        threads: runtime.threads,
        progress: { ...run.information.progress, epochs: config.training.epochs },
        ...(recorded.fingerprint === undefined
          ? { data: recordOf(data, job.vae.classes, directory) }
          : place.data !== undefined && { data: { ...recorded, directory } }),
      });
      const start = progress && tensors && (begins ? { weights: tensors } : { from: { progress, tensors } });
      yield* record(run, config, job, start, place, problems);
    } finally {
      data.close();
    }
  } finally {
    run.close();
  }
}

export async function* openData(
  config: Config,
  place: TrainingPlace,
  known?: string,
): AsyncGenerator<JobEvent, { data: Dataset; directory: string | undefined }, void> {
  return yield* telling(place.signal, async (tell) => {
    const context = dataContext(placeOf(place, { data: place.data ?? known }, tell));
    const path = context.explicit ? undefined : (config.data.path as string | undefined);
    const directory = path === undefined ? context.dataDirectory : resolve(path);
    return { data: await openDataset(config.data, context, place.registries.sources), directory };
  });
}

/** Of what trained last: our own WebAssembly has the same bits on any number of threads. */
function otherEngine(run: RunDirectory, runtime: Runtime): string[] {
  const last = run.information.attempts?.at(-1);
  if (last?.versions.engine === undefined) return [];
  const described = (engine: string, threads: number) =>
    engine.startsWith("onnxruntime") ? `${engine}, ${plural(threads, "thread")}` : engine;
  const before = described(last.versions.engine, last.threads);
  const now = described(runtime.description, runtime.threads);
  if (before === now) return [];
  return [
    `continues with ${now}, after ${before}: the numbers differ by rounding from those of a run that never stopped`,
  ];
}

function refuseOtherData(path: string, found: string, meant: string | undefined): void {
  if (meant === undefined || found === meant) return;
  throw new BetalabError(
    "run",
    `${path} is of other data: fingerprint ${meant.slice(0, 12)}…, found ${found.slice(0, 12)}…`,
    "point `data` at the data of the run, or start a new run",
  );
}

export function recordOf(
  data: Dataset,
  classes: readonly string[] | undefined,
  directory: string | undefined,
): RunInformation["data"] {
  return {
    name: data.name,
    fingerprint: data.fingerprint,
    counts: { train: data.train.images.count, heldOut: data.heldOut.images.count },
    image: imageShape(data),
    ...(classes && { classes }),
    directory,
  };
}

/** A run can't go back: its record would claim fewer epochs than its weights have seen. */
function refuseFewerEpochs(path: string, { data, batchSize, epochs }: TrainingJob, step: number): void {
  const done = step / batchesPerEpoch(data.train.images.count, batchSize);
  if (done <= epochs) return;
  throw new BetalabError(
    "config",
    `${path} has trained ${plural(Number(done.toFixed(2)), "epoch")} already: ${epochs} is fewer`,
    `ask for at least ${Math.ceil(done)}`,
  );
}

/** Once reading the data has begun, which waits for the disk and for zlib. What is wrong with the data is said first. */
function startEngine({ device, threads }: Config): Promise<Runtime> {
  const engine = setImmediate().then(() => createRuntime({ device, ...(threads && { threads }) }));
  engine.catch(() => {});
  return engine;
}
