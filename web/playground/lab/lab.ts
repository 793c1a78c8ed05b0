/**
 * One model in training, in a worker: plays, pauses, steps, and looks at itself often enough to seem alive and seldom
 * enough to cost training no more than an eighth of its time. Everything that uses the engine waits its turn.
 */

import { BetalabError } from "../../../src/base/errors.ts";
import { encodeSafetensors } from "../../../src/base/safetensors.ts";
import { type Dataset, openDataset } from "../../../src/data/index.ts";
import { serializeProgram } from "../../../src/graph/index.ts";
import { decoderProgram, encoderProgram, LatentModel } from "../../../src/latent/index.ts";
import type { Runtime } from "../../../src/runtime/web.ts";
import { buildJob, modelFiles } from "../../../src/trained/web.ts";
import { type State, type TrainingEvent, type TrainingJob, train } from "../../../src/training/index.ts";
import { Budget } from "./budget.ts";
import { Looker } from "./look.ts";
import {
  broughtDataset,
  engineOf,
  opened,
  openRuntime,
  restored,
  stateToBegin,
  stepsPerEpoch,
} from "./opening.ts";
import type { Checkpoint, Files, LabEvent, LabRequest, OpenRequest } from "./protocol.ts";
import { registries } from "./registries.ts";
import { Steering } from "./steering.ts";

/** Of the time of training, what looking may take. */
const LOOKING = 1 / 8;
/** Milliseconds between two looks at least: more than eyes follow. */
const SOONEST = 120;
/** Milliseconds between two lines of numbers. */
const TOLD = 60;

type From = NonNullable<Parameters<typeof train>[1]>["from"];
type CheckpointEvent = Extract<TrainingEvent, { type: "checkpoint" }>;

export class Lab {
  readonly #tell: (event: LabEvent) => void;
  readonly #request: OpenRequest;
  readonly #data: Dataset;
  readonly #looker: Looker;
  #runtime: Runtime;
  readonly #steering: Steering;
  #job: TrainingJob;
  #model: LatentModel;
  #from: From;
  #events: AsyncGenerator<TrainingEvent, void, void> | undefined;
  #abort = new AbortController();
  #last: CheckpointEvent | undefined;
  #state: State;
  #step: number;
  #isRunning = false;
  #isEnded = false;
  /** A page that is slower than this worker, or hidden, is sent no more than it shows. */
  #isSeen = true;
  #busy: Promise<unknown> = Promise.resolve();
  #metrics: string;

  private constructor(
    tell: (event: LabEvent) => void,
    request: OpenRequest,
    data: Dataset,
    runtime: Runtime,
    job: TrainingJob,
    model: LatentModel,
    state: State,
    from: From,
  ) {
    this.#tell = tell;
    this.#request = request;
    this.#steering = new Steering(request.config);
    this.#data = data;
    this.#runtime = runtime;
    this.#job = this.#steering.steered(job, runtime.device);
    this.#model = model;
    this.#state = state;
    this.#from = from;
    this.#metrics = request.from?.metrics ?? "";
    this.#step = from?.progress.step ?? request.shown?.step ?? 0;
    this.#noted = runtime.note;
    this.#looker = new Looker(data, job.vae.latentDim);
  }

  /** Throws BetalabErrors of config, data and device, and "run" for a checkpoint of another model. */
  static async open(request: OpenRequest, tell: (event: LabEvent) => void): Promise<Lab> {
    const { config } = request;
    const data =
      request.data === undefined
        ? await openDataset(config.data, {}, registries.sources)
        : broughtDataset(request.data, config.data);
    const runtime = await openRuntime(request.device, config.threads, tell);
    const job = buildJob(config, data, runtime, registries);
    const from = request.from && restored(request.from.file, request.from.step);
    const state = stateToBegin(job, request, from);
    const model = await LatentModel.create(runtime, job.vae, state);
    const lab = new Lab(tell, request, data, runtime, job, model, state, from);
    lab.#tell(
      opened({
        job,
        data,
        runtime,
        state,
        step: lab.#step,
        scalars: lab.#scalars(lab.#step),
        shown: lab.#looker.points.pixels,
      }),
    );
    await lab.#look();
    return lab;
  }

  take(request: Exclude<LabRequest, OpenRequest>): void {
    switch (request.kind) {
      case "train":
        if (!this.#isRunning && !this.#isEnded) {
          this.#isRunning = true;
          void this.#run();
        }
        return;
      case "pause":
        this.#isRunning = false;
        return;
      case "seen":
        this.#isSeen = true;
        return;
      case "step":
        this.#isRunning = false;
        if (!this.#isEnded)
          void this.#turn(() => this.#advance(true)).then(() => this.#turn(() => this.#look()));
        return;
      case "speed":
        this.#steering.stepsPerSecond = request.stepsPerSecond;
        return;
      case "hold":
        this.#steering.hold(request.config, request.scalars);
        return;
      case "follow":
        this.#looker.follow(request.pixels, request.draw);
        void this.#turn(() => this.#look());
        return;
      default:
        void this.#answer(request);
    }
  }

  async #answer(request: Extract<LabRequest, { id: number }>): Promise<void> {
    const { id } = request;
    try {
      const value = await this.#turn(async () => {
        const model = this.#model;
        const classes = model.vae.classes && "label" in request ? [request.label] : undefined;
        if (request.kind === "decode") return (await model.decode(request.latent, classes)).pixels;
        if (request.kind === "encode") {
          const { image } = model.vae;
          const one = { ...image, channels: image.channels as 1 | 3, count: 1, pixels: request.pixels };
          const { mean, logVariance } = await model.encode(one, classes);
          return { mean, logVariance };
        }
        return request.kind === "checkpoint" ? this.#checkpoint() : this.#files();
      });
      this.#tell({ kind: "answer", id, value });
    } catch (error) {
      this.#tell({ kind: "refused", id, message: messageOf(error) });
    }
  }

  /** One thing at a time: sessions must not overlap. */
  #turn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#busy.then(() => this.#surviving(work));
    this.#busy = next.catch((error) => this.#fail(error));
    return next;
  }

  /** A GPU that is lost while something is done: it is done again without one. */
  async #surviving<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (this.#runtime.device !== "webgpu" || error instanceof BetalabError) throw error;
      await this.#withoutGpu(error);
      return work();
    }
  }

  #fail(error: unknown): void {
    this.#isRunning = false;
    this.#events = undefined;
    this.#tell({
      kind: "failed",
      message: messageOf(error),
      hint: error instanceof BetalabError ? error.hint : undefined,
    });
  }

  async #run(): Promise<void> {
    while (this.#isRunning) {
      const started = performance.now();
      await this.#turn(() => this.#advance(false)).catch(() => {});
      const trained = performance.now();
      this.#budget.trained(trained - started);
      if (this.#isSeen && this.#budget.allows(trained)) {
        await this.#turn(() => this.#look()).catch(() => {});
        this.#budget.looked(performance.now() - trained, performance.now());
      }
      const { stepsPerSecond } = this.#steering;
      const rest = stepsPerSecond > 0 ? 1000 / stepsPerSecond - (performance.now() - started) : 0;
      await pause(rest);
    }
    this.#tellNewest();
    await this.#turn(() => this.#look()).catch(() => {});
  }

  readonly #budget = new Budget(LOOKING, SOONEST);
  #told = 0;
  /** What the engine was said to lack. */
  #noted: string | undefined;
  #newest: Extract<TrainingEvent, { type: "step" }> | undefined;

  /** Takes the next call of the training, and what else happens until then. */
  async #advance(single: boolean): Promise<void> {
    this.#steering.isSingle = single;
    try {
      await this.#next();
    } finally {
      this.#steering.isSingle = false;
    }
  }

  async #next(): Promise<void> {
    if (this.#events === undefined) {
      this.#abort = new AbortController();
      this.#events = train(this.#job, {
        ...(this.#from && { from: this.#from }),
        signal: this.#abort.signal,
      });
    }
    for (;;) {
      const { value: event, done } = await this.#events.next();
      if (done) return;
      if (event.type === "checkpoint") this.#last = event;
      if (event.type === "log") this.#record("train", event.step, event.epoch + 1, event.record);
      if (event.type === "epoch") {
        this.#record("heldOut", event.step, event.epoch, {
          ...event.heldOut,
          imagesPerSecond: event.imagesPerSecond,
        });
        const { negativeElbo, reconstruction, kl } = event.heldOut;
        this.#tell({ kind: "evaluated", step: event.step, negativeElbo, reconstruction, kl });
      }
      if (event.type === "start") this.#see(event.state, event.step);
      if (event.type === "end") {
        this.#see(event.state, event.step);
        if (event.reason === "interrupted") return;
        this.#isRunning = false;
        this.#isEnded = true;
        this.#tell({ kind: "ended", reason: event.reason });
        return;
      }
      if (event.type === "step") {
        this.#see(event.state, event.step);
        this.#newest = event;
        const { note } = this.#runtime;
        if (note !== undefined && note !== this.#noted) this.#tell({ kind: "note", text: note });
        this.#noted = note;
        if (!this.#isRunning || performance.now() - this.#told >= TOLD) this.#tellNewest();
        return;
      }
    }
  }

  /** The newest step's numbers, unless the page has them. */
  #tellNewest(): void {
    if (this.#newest === undefined) return;
    const { step, terms, imagesPerSecond } = this.#newest;
    this.#newest = undefined;
    this.#told = performance.now();
    this.#tell({
      kind: "progress",
      step,
      epoch: step / stepsPerEpoch(this.#data, this.#job),
      terms,
      scalars: this.#scalars(step - 1),
      imagesPerSecond,
    });
  }

  #record(split: string, step: number, epoch: number, values: object): void {
    this.#metrics += `${JSON.stringify({ split, step, epoch, ...values })}\n`;
  }

  #see(state: State, step: number): void {
    this.#state = state;
    this.#step = step;
    this.#model = this.#model.with(state);
  }

  async #look(): Promise<void> {
    this.#isSeen = false;
    this.#tell(await this.#looker.look(this.#model, this.#step));
  }

  /** Ends the loop where it is, which leaves a checkpoint; the next step begins a loop from there. */
  async #settle(): Promise<CheckpointEvent> {
    if (this.#events === undefined) {
      // Nothing was trained since it was opened: take no step, only what the loop begins with.
      this.#abort = new AbortController();
      const events = train(this.#job, {
        ...(this.#from && { from: this.#from }),
        signal: this.#abort.signal,
      });
      this.#abort.abort();
      this.#events = events;
    }
    this.#abort.abort();
    for await (const event of this.#events) {
      if (event.type === "checkpoint") this.#last = event;
      if (event.type === "end") this.#see(event.state, event.step);
    }
    this.#events = undefined;
    const last = this.#last;
    if (last === undefined) throw new BetalabError("run", "nothing was trained yet", "press Train first");
    this.#from = { progress: last.progress, tensors: last.state.records() };
    return last;
  }

  async #checkpoint(): Promise<Checkpoint> {
    const { progress, state } = await this.#settle();
    const metadata = { progress: JSON.stringify(progress), step: String(progress.step) };
    return {
      step: progress.step,
      file: encodeSafetensors(state.records(), metadata),
      metrics: this.#metrics,
    };
  }

  async #files(): Promise<Files> {
    const checkpoint = await this.#checkpoint();
    const { progress, state, epoch } = this.#last!;
    const { vae, objective } = this.#job;
    const [encoder, decoder] = [encoderProgram(vae), decoderProgram(vae)];
    const inUse = state.inUse();
    const weights = [...encoder.weights, ...decoder.weights].map(
      ({ name, shape }) => [name, { dtype: "F32", shape, data: inUse.get(name) }] as const,
    );
    return {
      checkpoint,
      epoch,
      halves: {
        encoder: serializeProgram(encoder.program),
        decoder: serializeProgram(decoder.program),
        weights: encodeSafetensors(Object.fromEntries(weights)),
      },
      model: modelFiles({
        vae,
        objective,
        state: inUse,
        config: this.#steering.config,
        step: progress.step,
        dataName: this.#data.name,
        extensions: [],
      }),
    };
  }

  /** The device is gone: goes on with WebAssembly from the last checkpoint. */
  async #withoutGpu(cause: unknown): Promise<void> {
    const lostAt = this.#step;
    this.#events = undefined;
    if (this.#last !== undefined) {
      this.#from = { progress: this.#last.progress, tensors: this.#last.state.records() };
    }
    this.#runtime = await openRuntime("cpu", this.#request.config.threads, this.#tell);
    const job = buildJob(this.#request.config, this.#data, this.#runtime, registries);
    this.#job = this.#steering.steered(job, this.#runtime.device);
    const state = stateToBegin(job, this.#request, this.#from);
    this.#model = await LatentModel.create(this.#runtime, this.#job.vae, state);
    this.#see(state, this.#from?.progress.step ?? 0);
    this.#tell({
      kind: "note",
      engine: engineOf(this.#runtime),
      text: `WebGPU was lost at step ${lostAt} (${messageOf(cause)}): training goes on with WebAssembly from step ${this.#step}`,
    });
  }

  #scalars(step: number): Record<string, number> {
    return this.#steering.scalars(this.#job, this.#data, step);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Lets messages in; a timer of 0 ms would be held back to 4. */
const channel = new MessageChannel() as unknown as {
  readonly port1: { onmessage: (() => void) | null };
  readonly port2: { postMessage(value: number): void };
};
function pause(milliseconds: number): Promise<void> {
  if (milliseconds > 4) return new Promise((resolve) => setTimeout(resolve, milliseconds));
  return new Promise((resolve) => {
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(0);
  });
}
