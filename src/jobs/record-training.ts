/** The training loop's reports, written down: log lines, checkpoints, pictures, the exported model, and how it ended. */

import { BetalabError, messageOf } from "../base/errors.ts";
import type { Config } from "../config/index.ts";
import { LatentModel } from "../latent/index.ts";
import type { MetricRecord, RunDirectory } from "../runs/index.ts";
import { bestOf, inferenceState } from "../trained/index.ts";
import { State, type TrainingEvent, type TrainingJob, train as trainLoop } from "../training/index.ts";
import type { JobEvent } from "./events.ts";
import { modelArtifacts } from "./export.ts";
import type { Context } from "./job.ts";
import { openLogs, type RunLog } from "./logs/index.ts";
import { shownImages, writeEpochPictures } from "./pictures.ts";
import { fileSink } from "./sinks.ts";
import { fewStepsNotes, forecastNote, trainingNotes } from "./training-notes.ts";

type Event<Type extends TrainingEvent["type"]> = Extract<TrainingEvent, { readonly type: Type }>;

/** Runs the loop and writes down what it reports. Leaves `run.json` with how it ended. */
export async function* record(
  run: RunDirectory,
  config: Config,
  job: TrainingJob,
  start: Omit<NonNullable<Parameters<typeof trainLoop>[1]>, "signal"> | undefined,
  { signal, environment }: Pick<Context, "signal" | "environment">,
  problems: readonly string[] = [],
): AsyncGenerator<JobEvent, void, void> {
  const recorder = new Recorder(run, config, job);
  try {
    recorder.open(environment);
    for await (const event of trainLoop(job, { ...start, ...(signal && { signal }) })) {
      run.refuseIfLost();
      if (event.type === "start") yield recorder.prepared(event, problems);
      yield* recorder.write(event);
      yield event;
      yield* recorder.follow(event);
      yield* recorder.said();
    }
  } catch (error) {
    if (run.seemsLost) throw error;
    const stopped = error instanceof BetalabError && error.code === "interrupted";
    run.update(stopped ? { status: "interrupted" } : { status: "failed", error: messageOf(error) });
    await recorder.endLogs(stopped ? "interrupted" : "failed");
    yield* recorder.said();
    throw error;
  } finally {
    await recorder.close();
  }
}

class Recorder {
  readonly #run: RunDirectory;
  readonly #config: Config;
  readonly #job: TrainingJob;
  readonly #startedAt = performance.now();
  /** Seconds that the run had been trained for before. */
  readonly #before: number;
  readonly #shown: Parameters<typeof writeEpochPictures>[2];
  #speed: number;
  #logs: RunLog | undefined;
  /** Draws the pictures of an epoch. */
  #model: LatentModel | undefined;
  /** What the engine said of itself last. */
  #note: string | undefined;
  /** Until it has been told. */
  #forecast: TrainingJob["forecast"];

  constructor(run: RunDirectory, config: Config, job: TrainingJob) {
    this.#run = run;
    this.#config = config;
    this.#job = job;
    this.#before = run.information.timings.seconds;
    this.#speed = run.information.timings.imagesPerSecond;
    this.#shown = shownImages(job.data);
    this.#forecast = job.forecast;
  }

  open(environment: Context["environment"]): void {
    this.#logs = openLogs(this.#run, environment);
  }

  prepared(event: Event<"start">, problems: readonly string[]): JobEvent {
    const { data, runtime, vae } = this.#job;
    const { imported, origins } = this.#run.information;
    this.#note = runtime.note;
    return {
      type: "prepared",
      path: this.#run.path,
      data,
      config: this.#config,
      parameters: event.state.parameterCount,
      derived: vae.derived,
      runtime,
      notes: [
        ...(runtime.note ? [runtime.note] : []),
        ...problems,
        ...data.notes,
        ...(event.step < event.totalSteps ? trainingNotes(this.#job, this.#config) : []),
        ...(event.step === 0 && imported === undefined
          ? fewStepsNotes(this.#job, origins?.["training.epochs"])
          : []),
      ],
    };
  }

  /** What is written before a report is passed on. */
  *write(event: TrainingEvent): Generator<JobEvent> {
    if (event.type === "step") yield* this.#engineNote();
    if (event.type === "log")
      this.#log({ split: "train", step: event.step, epoch: event.epoch + 1, ...event.record });
    if (event.type === "epoch") this.#writeEpoch(event);
    if (event.type === "checkpoint") this.#writeCheckpoint(event);
  }

  async *follow(event: TrainingEvent): AsyncGenerator<JobEvent> {
    if (event.type === "step") yield* this.#tellForecast();
    if (event.type === "epoch") yield await this.#drawEpoch(event);
    if (event.type === "end") yield* this.#end(event);
  }

  said(): JobEvent[] {
    return (this.#logs?.said() ?? []).map((text) => ({ type: "note", text }));
  }

  async endLogs(status: Parameters<RunLog["end"]>[0], files: readonly string[] = []): Promise<void> {
    await this.#logs?.end(status, files);
  }

  async close(): Promise<void> {
    this.#logs?.close();
    await this.#model?.release();
    this.#run.close();
  }

  /** What the engine lacks turns out when the step is compiled. */
  *#engineNote(): Generator<JobEvent> {
    const { note } = this.#job.runtime;
    if (note === this.#note) return;
    this.#note = note;
    if (note !== undefined) yield { type: "note", text: note };
  }

  /** Measuring the machine's speed takes a while: nobody waits for it with the first step. */
  async *#tellForecast(): AsyncGenerator<JobEvent> {
    if (this.#forecast === undefined) return;
    yield { type: "note", text: await forecastNote(this.#job, this.#forecast) };
    this.#forecast = undefined;
  }

  #log(record: MetricRecord): void {
    this.#run.metrics.append(record);
    this.#logs?.record(record);
  }

  #writeEpoch({ step, epoch, heldOut, imagesPerSecond, best, state }: Event<"epoch">): void {
    this.#speed = imagesPerSecond ?? this.#speed;
    const { noted, ...values } = heldOut;
    this.#log({
      split: "heldOut",
      step,
      epoch,
      ...values,
      ...noted,
      ...(imagesPerSecond && { imagesPerSecond }),
    });
    if (!this.#config.training.keepBest || !best) return;
    const used = State.restore(inferenceState(this.#job.vae), state.records());
    this.#run.checkpoints.writeBest({ step, tensors: used.records(), metadata: {} });
  }

  async #drawEpoch({ step, epoch, state }: Event<"epoch">): Promise<JobEvent> {
    const { runtime, vae } = this.#job;
    this.#model = this.#model?.with(state) ?? (await LatentModel.create(runtime, vae, state));
    const paths = await writeEpochPictures(this.#run, this.#model, this.#shown, epoch, this.#config.seed);
    this.#logs?.pictures(step, paths);
    return { type: "pictures", epoch, paths };
  }

  #writeCheckpoint({ progress, epoch, state }: Event<"checkpoint">): void {
    const { step } = progress;
    this.#run.metrics.sync();
    this.#run.checkpoints.write({
      step,
      tensors: state.records(),
      metadata: { progress: JSON.stringify(progress) },
    });
    const { epochs } = this.#run.information.progress;
    this.#run.update({ progress: { step, epoch, epochs }, timings: this.#timings() });
  }

  async *#end({ reason, state, step }: Event<"end">): AsyncGenerator<JobEvent> {
    let files: readonly string[] = [];
    if (reason !== "interrupted") {
      const best = this.#config.training.keepBest ? bestOf(this.#run) : undefined;
      if (typeof best === "string") {
        const text = `${best}; the weights of step ${step}, the last, are exported instead of the best epoch's`;
        yield { type: "note", text };
      }
      const kept = typeof best === "object" ? best.checkpoint : undefined;
      files =
        kept === undefined
          ? await this.#export(state.inUse(), step)
          : await this.#export(State.restore(inferenceState(this.#job.vae), kept.tensors), kept.step);
      yield { type: "exported", step: kept?.step ?? step, paths: files };
    }
    const status = reason === "stopped" ? "finished" : reason;
    await this.endLogs(status, files);
    this.#run.update({ status, timings: this.#timings() });
  }

  async #export(state: State, step: number): Promise<string[]> {
    const { vae, objective, data } = this.#job;
    const { extensions = [] } = this.#run.information;
    const trained = { vae, objective, state, config: this.#config, step, dataName: data.name, extensions };
    return fileSink({ folder: this.#run.path })({ artifacts: modelArtifacts(trained), stem: "export" });
  }

  #timings() {
    return {
      seconds: this.#before + (performance.now() - this.#startedAt) / 1000,
      imagesPerSecond: this.#speed,
      // Kilobytes on every system that Node supports.
      peakResidentBytes: process.resourceUsage().maxRSS * 1024,
    };
  }
}
