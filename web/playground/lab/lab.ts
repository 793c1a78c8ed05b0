/**
 * One model in training, in a worker: plays, pauses, steps, and looks at itself often enough to seem alive and seldom
 * enough to cost training no more than an eighth of its time. Everything that uses the engine waits its turn.
 */

import { BetalabError } from "../../../src/base/errors.ts";
import { type Dataset, openDataset } from "../../../src/data/index.ts";
import { LatentModel } from "../../../src/latent/index.ts";
import type { Runtime } from "../../../src/runtime/web.ts";
import { buildJob } from "../../../src/trained/web.ts";
import { type Evaluation, Evaluator, type TrainingEvent } from "../../../src/training/index.ts";
import { Budget } from "./budget.ts";
import { filesOf } from "./files.ts";
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
import { pause } from "./pause.ts";
import type { LabEvent, LabRequest, OpenRequest } from "./protocol.ts";
import { registries } from "./registries.ts";
import { Steering } from "./steering.ts";
import { Ticker } from "./ticker.ts";
import { Training } from "./training.ts";

/** Of the time of training, what looking may take. */
const LOOKING = 1 / 8;
/** Milliseconds between two times that a limit is looked at. */
const WAITING = 8;
/** Milliseconds between two looks at least: more than eyes follow. */
const SOONEST = 120;

export class Lab {
  readonly #tell: (event: LabEvent) => void;
  readonly #request: OpenRequest;
  readonly #data: Dataset;
  readonly #looker: Looker;
  readonly #steering: Steering;
  readonly #budget = new Budget(LOOKING, SOONEST);
  #runtime: Runtime;
  #training: Training;
  #model: LatentModel;
  #isRunning = false;
  #runs = 0;
  #limit = Number.POSITIVE_INFINITY;
  /** A page that is slower than this worker, or hidden, is sent no more than it shows. */
  #isSeen = true;
  #busy: Promise<unknown> = Promise.resolve();
  readonly #ticker: Ticker;

  private constructor(
    tell: (event: LabEvent) => void,
    request: OpenRequest,
    data: Dataset,
    machine: { runtime: Runtime; steering: Steering; training: Training; model: LatentModel },
  ) {
    this.#tell = tell;
    this.#request = request;
    this.#data = data;
    this.#runtime = machine.runtime;
    this.#steering = machine.steering;
    this.#training = machine.training;
    this.#model = machine.model;
    this.#ticker = new Ticker(tell, machine.runtime.note, ({ step, terms, imagesPerSecond }) => {
      const epoch = step / stepsPerEpoch(data, this.#training.job);
      return { kind: "progress", step, epoch, terms, scalars: this.#scalars(step - 1), imagesPerSecond };
    });
    this.#looker = new Looker(data, machine.model.vae.latentDim);
  }

  /** Throws BetalabErrors of config, data and device, and "run" for a checkpoint of another model. */
  static async open(request: OpenRequest, tell: (event: LabEvent) => void): Promise<Lab> {
    const { config } = request;
    const data =
      request.data === undefined
        ? await openDataset(config.data, {}, registries.sources)
        : broughtDataset(request.data, config.data);
    const runtime = await openRuntime(request.device, config.threads, tell);
    const from = request.from && restored(request.from.file, request.from.step);
    const steering = new Steering(config);
    const begun = { from, metrics: request.from?.metrics ?? "" };
    const lab = new Lab(tell, request, data, await machineOf(request, data, runtime, steering, begun));
    lab.#tell(
      opened({
        job: lab.#training.job,
        data,
        runtime,
        state: lab.#training.state,
        step: lab.#training.step,
        scalars: lab.#scalars(lab.#training.step),
        shown: lab.#looker.points.pixels,
        trainedOn: request.from?.data,
      }),
    );
    await lab.#look();
    if (request.shown !== undefined) await lab.#evaluate();
    return lab;
  }

  take(request: Exclude<LabRequest, OpenRequest>): void {
    switch (request.kind) {
      case "train":
        if (!this.#isRunning && !this.#training.isEnded) void this.#run();
        return;
      case "pause":
        this.#isRunning = false;
        return;
      case "seen":
        this.#isSeen = true;
        return;
      case "step":
        this.#isRunning = false;
        if (!this.#training.isEnded)
          void this.#turn(() => this.#advance(true)).then(() => this.#turn(() => this.#look()));
        return;
      case "speed":
        this.#steering.stepsPerSecond = request.stepsPerSecond;
        return;
      case "limit":
        this.#limit = request.step;
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
      this.#tell({ kind: "answer", id, value: await this.#turn(() => this.#value(request)) });
    } catch (error) {
      this.#tell({ kind: "refused", id, message: messageOf(error) });
    }
  }

  async #value(request: Extract<LabRequest, { id: number }>): Promise<unknown> {
    const model = this.#now();
    const classes = model.vae.classes && "label" in request ? [request.label] : undefined;
    switch (request.kind) {
      case "decode":
        return (await model.decode(request.latent, classes)).pixels;
      case "encode": {
        const { image } = model.vae;
        const one = { ...image, channels: image.channels as 1 | 3, count: 1, pixels: request.pixels };
        const { mean, logVariance } = await model.encode(one, classes);
        return { mean, logVariance };
      }
      case "steps":
        return this.#training.step;
      case "checkpoint":
        return (await this.#training.checkpoint()).kept;
      case "files":
        return filesOf(this.#training.job, await this.#training.checkpoint(), {
          config: this.#steering.config,
          dataName: this.#data.name,
        });
    }
  }

  /** The model with the weights that it has by now. */
  #now(): LatentModel {
    return this.#model.with(this.#training.state);
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
    this.#training.drop();
    const hint = error instanceof BetalabError ? error.hint : undefined;
    this.#tell({ kind: "failed", message: messageOf(error), hint });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    const run = ++this.#runs;
    // Who pauses and trains again while this rests has begun another.
    while (this.#isRunning && run === this.#runs) {
      if (this.#training.step >= this.#limit) {
        this.#ticker.send();
        await pause(WAITING);
        continue;
      }
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
    if (run !== this.#runs) return;
    this.#ticker.send();
    await this.#turn(() => this.#look()).catch(() => {});
  }

  /** Takes the next call of the training, and what else happens until then. */
  async #advance(single: boolean): Promise<void> {
    this.#steering.isSingle = single;
    try {
      for await (const event of this.#training.call()) this.#report(event);
    } finally {
      this.#steering.isSingle = false;
    }
  }

  #report(event: TrainingEvent): void {
    if (event.type === "epoch")
      this.#tell({ kind: "evaluated", step: event.step, ...termsOf(event.heldOut) });
    if (event.type === "end" && event.reason !== "interrupted") {
      this.#isRunning = false;
      this.#tell({ kind: "ended", reason: event.reason });
    }
    if (event.type !== "step") return;
    this.#ticker.took(event, this.#runtime.note);
    if (!this.#isRunning) this.#ticker.send();
  }

  async #look(): Promise<void> {
    this.#isSeen = false;
    this.#tell(await this.#looker.look(this.#now(), this.#training.step));
  }

  /** What the weights are worth that nobody has trained here. */
  async #evaluate(): Promise<void> {
    const { job, state, step } = this.#training;
    const evaluator = await Evaluator.create(this.#runtime, job.vae);
    const found = await evaluator.evaluate(state, this.#data.heldOut, job.seed);
    await evaluator.release();
    this.#tell({ kind: "evaluated", step, ...termsOf(found) });
  }

  /** The device is gone: goes on with WebAssembly from the last checkpoint. */
  async #withoutGpu(cause: unknown): Promise<void> {
    const { step: lostAt, last } = this.#training;
    this.#runtime = await openRuntime("cpu", this.#request.config.threads, this.#tell);
    const machine = await machineOf(this.#request, this.#data, this.#runtime, this.#steering, last);
    [this.#training, this.#model] = [machine.training, machine.model];
    this.#tell({
      kind: "note",
      engine: engineOf(this.#runtime),
      text: `WebGPU was lost at step ${lostAt} (${messageOf(cause)}): training goes on with WebAssembly from step ${this.#training.step}`,
    });
  }

  #scalars(step: number): Record<string, number> {
    return this.#steering.scalars(this.#training.job, this.#data, step);
  }
}

/** What a config makes on a runtime, from where its training stands. */
async function machineOf(
  request: OpenRequest,
  data: Dataset,
  runtime: Runtime,
  steering: Steering,
  { from, metrics }: Training["last"],
) {
  const job = steering.steered(buildJob(request.config, data, runtime, registries), runtime.device);
  const state = stateToBegin(job, request, from);
  const step = from?.progress.step ?? request.shown?.step ?? 0;
  const model = await LatentModel.create(runtime, job.vae, state);
  return { runtime, steering, training: new Training(job, { state, step, from, metrics }), model };
}

const termsOf = ({ negativeElbo, reconstruction, kl }: Evaluation) => ({ negativeElbo, reconstruction, kl });

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
