/**
 * Training as a person means it: a run directory that fills while the loop runs, and that a later `resume` continues
 * exactly, wherever the first was stopped.
 */

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { BetalabError } from "../base/errors.ts";
import { formatGigabytes, formatSeconds } from "../base/format.ts";
import { occupant } from "../base/lease.ts";
import type { Config } from "../config/index.ts";
import { requiredExtensions } from "../config/node.ts";
import { batchesPerEpoch, type Dataset, isBinary } from "../data/index.ts";
import { openDataset } from "../data/node.ts";
import { LatentModel } from "../latent/index.ts";
import { type Checkpoint, type MetricRecord, RunDirectory, type RunInformation } from "../runs/index.ts";
import { createRuntime, measureSpeed } from "../runtime/node.ts";
import {
  buildJob,
  configOf,
  dataContext,
  extensionNotes,
  imageShape,
  inferenceState,
  progressOf,
  recordedPlace,
  usedCheckpoint,
  versions,
} from "../trained/index.ts";
import {
  memoryOf,
  type Progress,
  State,
  secondsPerEpoch,
  type TrainingJob,
  train as trainLoop,
} from "../training/index.ts";
import { type JobEvent, telling } from "./events.ts";
import { modelArtifacts } from "./export.ts";
import type { Context } from "./job.ts";
import { joinLogs, openLogs, type RunLog } from "./logs/index.ts";
import { lostEpochs } from "./lost-epochs.ts";
import { epochStride, shownClasses, shownImages, writeEpochPictures } from "./pictures.ts";
import { placeOf } from "./place.ts";
import { fileSink } from "./sinks.ts";

/** Where a run goes unless `out` says otherwise: `runs/<name>`, with the first free number if that is taken. */
export function freeRunPath(config: Config): string {
  return freePath(join("runs", config.name));
}

/** `path`, or `path-2`, `path-3`, … if it is there already. */
export function freePath(path: string): string {
  let free = path;
  for (let i = 2; existsSync(free); i++) free = `${path}-${i}`;
  return free;
}

/** Where a training finds its data and its surroundings. */
export interface TrainingPlace extends Pick<Context, "environment" | "registries" | "signal"> {
  /** The data's folder. Default: where the run found it, or `BETALAB_DATA`. */
  readonly data?: string | undefined;
  /** Continues a run even where another process works on it, which then stops. Default: false. */
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
 * @param path the run directory; default: `runs/<name>`, with the first free number if that is taken
 */
export async function* startRun(
  config: Config,
  place: TrainingPlace,
  path: string = freeRunPath(config),
): AsyncGenerator<JobEvent, void, void> {
  RunDirectory.check(path);
  const { data, directory } = yield* openData(config, place, undefined);
  try {
    refuseOtherData(path, data.fingerprint, place.fingerprint);
    const runtime = await createRuntime(runtimeOptions(config));
    const job = buildJob(config, data, runtime, place.registries);
    const logs = joinLogs(place.logs ?? {});
    const run = RunDirectory.create(path, {
      config,
      ...(place.origins && { origins: Object.fromEntries(place.origins) }),
      extensions: requiredExtensions(config, place.registries),
      versions: versions(),
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
    const seconds = other?.age.toFixed(0);
    const taken = other ? [`taken over from ${other.name}, which was heard of ${seconds} s ago`] : [];
    const changed = extensionNotes(run, place.registries);
    const config = configOf(run, { epochs, registries: place.registries });
    const { data: recorded } = run.information;
    const known = recordedPlace(recorded.directory, place.environment);
    const { data, directory } = yield* openData(config, place, known);
    try {
      refuseOtherData(path, data.fingerprint, recorded.fingerprint);
      const runtime = await createRuntime(runtimeOptions(config));
      const job = buildJob(config, data, runtime, place.registries);
      const newest = run.newestCheckpoint();
      refuseFewerEpochs(path, job, run.information.progress.step);
      const progress = newest && progressOf(newest.checkpoint, newest.path);
      const tensors = newest?.checkpoint.tensors;
      const step = progress?.step ?? 0;
      // Imported weights come without moments, and without what an objective remembers: those begin anew.
      const begins = run.information.imported !== undefined && step === 0;
      const problems = [
        ...(newest === undefined ? [] : usedCheckpoint(run, config, newest).problems),
        ...run.metrics.salvage(),
        ...lostEpochs(run, config, step),
      ];
      run.metrics.truncateAfter(step);
      const logs = joinLogs(place.logs ?? {}, run.information.logs);
      run.begin(step, {
        config,
        ...(logs && { logs }),
        versions: versions(),
        device: runtime.device,
        threads: runtime.threads,
        progress: { ...run.information.progress, epochs: config.training.epochs },
        ...(recorded.fingerprint === undefined
          ? { data: recordOf(data, job.vae.classes, directory) }
          : place.data !== undefined && { data: { ...recorded, directory } }),
      });
      const start = progress && tensors && (begins ? { weights: tensors } : { from: { progress, tensors } });
      yield* record(run, config, job, start, place, [...taken, ...changed, ...problems]);
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
  known: string | undefined,
): AsyncGenerator<JobEvent, { data: Dataset; directory: string | undefined }, void> {
  return yield* telling(place.signal, async (tell) => {
    const context = dataContext(placeOf(place, { data: place.data ?? known }, tell));
    const path = context.explicit ? undefined : (config.data.path as string | undefined);
    const directory = path === undefined ? context.dataDirectory : resolve(path);
    return { data: await openDataset(config.data, context, place.registries.sources), directory };
  });
}

function refuseOtherData(path: string, found: string, meant: string | undefined): void {
  if (meant === undefined || found === meant) return;
  throw new BetalabError(
    "run",
    `${path} is of other data: fingerprint ${meant.slice(0, 12)}…, found ${found.slice(0, 12)}…`,
    "point `data` at the data of the run, or start a new run",
  );
}

/** What `run.json` says of the data. */
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
    `${path} has trained ${Number(done.toFixed(2))} epochs already: ${epochs} is fewer`,
    `ask for at least ${Math.ceil(done)}`,
  );
}

function runtimeOptions({ device, threads }: Config): { device: Config["device"]; threads?: number } {
  return threads === undefined ? { device } : { device, threads };
}

/** Runs the loop and writes down what it reports. Leaves `run.json` with how it ended. */
async function* record(
  run: RunDirectory,
  config: Config,
  job: TrainingJob,
  start: Omit<NonNullable<Parameters<typeof trainLoop>[1]>, "signal"> | undefined,
  { signal, environment }: TrainingPlace,
  problems: readonly string[] = [],
): AsyncGenerator<JobEvent, void, void> {
  const startedAt = performance.now();
  const before = run.information.timings.seconds;
  const shown = { images: shownImages(job.data), classes: shownClasses(job.data) };
  let model: LatentModel | undefined;
  let note: string | undefined;
  const timings = (imagesPerSecond: number) => ({
    seconds: before + (performance.now() - startedAt) / 1000,
    imagesPerSecond,
    // Kilobytes on every system that Node supports.
    peakResidentBytes: process.resourceUsage().maxRSS * 1024,
  });
  const { vae, objective, data } = job;
  const { extensions = [] } = run.information;
  const sink = fileSink({ folder: run.path });
  const exported = async (state: State, step: number) => {
    const trained = { vae, objective, state, config, step, dataName: data.name, extensions };
    const paths = await sink({ artifacts: modelArtifacts(trained), stem: "export" });
    return { type: "exported", step, paths } as const;
  };
  const { keepBest } = config.training;
  let speed = run.information.timings.imagesPerSecond;
  let logs: RunLog | undefined;
  const logged = (record: MetricRecord): void => {
    run.metrics.append(record);
    logs?.record(record);
  };
  const said = (): JobEvent[] => (logs?.said() ?? []).map((text) => ({ type: "note", text }));
  try {
    logs = openLogs(run, environment);
    for await (const event of trainLoop(job, { ...start, ...(signal && { signal }) })) {
      run.refuseIfLost();
      if (event.type === "start") {
        note = job.runtime.note;
        const forecast = await forecastNotes(job);
        yield {
          type: "prepared",
          path: run.path,
          data: job.data,
          config,
          parameters: event.state.parameterCount,
          runtime: job.runtime,
          notes: [
            ...(note ? [note] : []),
            ...problems,
            ...job.data.notes,
            ...caveats(job),
            ...weightsNotes(config),
            ...pictureNotes(config),
            ...forecast,
          ],
        };
      }
      if (job.runtime.note !== note && event.type === "step") {
        // What the engine lacks turns out when the step is compiled.
        note = job.runtime.note;
        if (note !== undefined) yield { type: "note", text: note };
      }
      if (event.type === "log")
        logged({ split: "train", ...stamp(event.step, event.epoch + 1), ...event.record });
      if (event.type === "epoch") {
        speed = event.imagesPerSecond;
        const { noted, ...heldOut } = event.heldOut;
        logged({
          split: "heldOut",
          ...stamp(event.step, event.epoch),
          ...heldOut,
          ...noted,
          imagesPerSecond: event.imagesPerSecond,
        });
        if (keepBest && event.best) {
          const { step, state } = event;
          const used = State.restore(inferenceState(job.vae), state.records());
          run.checkpoints.writeBest({ step, tensors: used.records(), metadata: {} });
        }
      }
      if (event.type === "checkpoint") {
        run.metrics.sync();
        run.checkpoints.write(checkpointOf(event.progress, event.state));
        const { epochs } = run.information.progress;
        run.update({
          progress: { step: event.progress.step, epoch: event.epoch, epochs },
          timings: timings(speed),
        });
      }
      yield event;
      if (event.type === "epoch") {
        model = model?.with(event.state) ?? (await LatentModel.create(job.runtime, job.vae, event.state));
        const paths = await writeEpochPictures(run, model, shown, event.epoch, config.seed);
        logs.pictures(event.step, paths);
        yield { type: "pictures", epoch: event.epoch, paths };
      }
      if (event.type === "end") {
        const { reason, state, step } = event;
        let files: readonly string[] = [];
        if (reason !== "interrupted") {
          const best = keepBest ? run.checkpoints.best()?.checkpoint : undefined;
          const written = await (best === undefined
            ? exported(state.inUse(), step)
            : exported(State.restore(inferenceState(job.vae), best.tensors), best.step));
          files = written.paths;
          yield written;
        }
        const status = reason === "stopped" ? "finished" : reason;
        await logs.end(status, files);
        run.update({ status, timings: timings(speed) });
      }
      yield* said();
    }
  } catch (error) {
    if (run.seemsLost) throw error;
    const stopped = error instanceof BetalabError && error.code === "interrupted";
    const message = error instanceof Error ? error.message : String(error);
    run.update(stopped ? { status: "interrupted" } : { status: "failed", error: message });
    await logs?.end(stopped ? "interrupted" : "failed", []);
    yield* said();
    throw error;
  } finally {
    logs?.close();
    await model?.release();
    run.close();
  }
}

function stamp(step: number, epoch: number): { step: number; epoch: number } {
  return { step, epoch };
}

function checkpointOf(progress: Progress, state: State): Checkpoint {
  return {
    step: progress.step,
    tensors: state.records(),
    metadata: { progress: JSON.stringify(progress) },
  };
}

/** More than this part of the machine's memory is worth a warning. */
const NEARLY_ALL = 0.7;

/** What the training will take: memory, and time at the speed that this machine has now. */
async function forecastNotes(job: TrainingJob): Promise<string[]> {
  const { forecast, runtime } = job;
  if (forecast === undefined) return [];
  const seconds = secondsPerEpoch(job, forecast, await measureSpeed(runtime));
  const bytes = memoryOf(forecast);
  const tight = bytes > NEARLY_ALL * runtime.memory;
  const warning = `, of ${formatGigabytes(runtime.memory)} that this machine has: lower data.batchSize if it grows slow`;
  return [
    `forecast: about ${formatSeconds(seconds)} an epoch, ${formatGigabytes(bytes)} of memory${tight ? warning : ""}`,
  ];
}

/** Which weights are evaluated, drawn and exported, where it is not the last ones. */
function weightsNotes({ optimizer, training }: Config): string[] {
  const { averaging } = optimizer;
  const averages =
    averaging === undefined
      ? []
      : [
          `evaluation, pictures and export use weights averaged over steps (optimizer.averaging ${averaging})`,
        ];
  const best = training.keepBest
    ? [
        `the weights of the epoch with the lowest held-out ${training.monitor} are the model that is exported and opened (training.keepBest)`,
      ]
    : [];
  return [...averages, ...best];
}

/** What is left of the pictures of a long run. */
function pictureNotes({ training: { epochs } }: Config): string[] {
  const stride = epochStride(epochs);
  if (stride === 1) return [];
  return [
    `pictures of epochs are thinned as they become many: after ${epochs} epochs one in ${stride}, the first and the last are left`,
  ];
}

function caveats({ vae, data }: TrainingJob): string[] {
  const caveat = vae.decoding.caveat({ binary: isBinary(data.heldOut.images) });
  return caveat === undefined ? [] : [caveat];
}
