/** The page's state: one config or two, the models that they make, and what a person brought. */

import type { Config } from "../../src/config/index.ts";
import { fromHash, toHash, withValue } from "./address.ts";
import { type Brought, type Dropped, readBrought } from "./brought.ts";
import type { BroughtData, Checkpoint } from "./lab/protocol.ts";
import { isDrawn } from "./lab/registries.ts";
import { Model } from "./model.svelte.ts";
import { forgetSession, keepSession, lastSession, type Session } from "./session.ts";
import type { ShippedModel } from "./shipped.ts";

/** Milliseconds between two times that a session in training is kept. */
const KEPT = 20_000;

/** Milliseconds that the address stays behind what it holds. */
const SLOW = 400;

/** Steps that one of two models may be ahead. */
const LEAD = 32;

/** Keys that are fed at every step: a change of these restarts nothing. */
const live = /^(objective\.(?!kind)\w+|optimizer\.learningRate|model\.likelihood\.(sigma|scale))$/;

export class Workbench {
  config: Config = $state.raw() as Config;
  other: Config | undefined = $state.raw();
  readonly a = new Model();
  readonly b = new Model();
  brought: BroughtData | undefined = $state.raw();
  /** What went wrong with what a person asked for, or is worth knowing; until the next thing is asked for. */
  message: string = $state("");
  picked: number | undefined = $state(0);
  draw: number = $state(0);
  /** The second model stays as it is while the first trains. */
  isKept: boolean = $state(false);
  stepsPerSecond: number = $state(0);
  /** What the browser kept of the last visit, until it is gone on with, forgotten or trained over. */
  last: Session | undefined = $state.raw();
  #shipped: ShippedModel | undefined;
  #isKeeping = false;
  #cantKeep = false;
  #moving: ReturnType<typeof setTimeout> | undefined;
  /** Two models were paused, and the one behind takes the steps that it lacks, up to this one once it is known. */
  #level: { step?: number } | undefined = $state.raw();
  /** Whether the address is the page's own. */
  #isFirst = true;

  constructor() {
    this.a.onevent = this.b.onevent = () => this.#keepPace();
    try {
      this.#become(location.hash);
      this.#isFirst = location.hash.length < 2;
    } catch (error) {
      this.#become("");
      this.message = `The address holds a config that can’t be used: ${messageOf(error)} The page begins with its own.`;
    }
  }

  #become(hash: string): void {
    const { config, other } = fromHash(hash);
    [this.config, this.other] = [config, other];
  }

  async start(shipped: () => Promise<ShippedModel | undefined>): Promise<void> {
    if (this.#isFirst && this.message === "") this.#shipped = await shipped();
    this.#openAll();
    this.last = await lastSession();
    setInterval(() => this.isTraining && this.keep(), KEPT);
  }

  /** Keeps what was trained; a model that was not is left out. Says it once where that can't be. */
  async keep(): Promise<void> {
    const models = this.models.filter(({ isTouched }) => isTouched);
    if (models.length === 0 || this.#isKeeping) return;
    this.#isKeeping = true;
    try {
      const [hash, brought] = [this.#hash, this.brought];
      const kept = this.models.map((model) => (model.isTouched ? model.checkpoint() : undefined));
      await keepSession({ hash, checkpoints: await Promise.all(kept), brought });
      this.last = undefined;
      this.#cantKeep = false;
    } catch (error) {
      if (!this.#cantKeep && this.models.every(({ status }) => status !== "failed"))
        this.message = (error as Error).message;
      this.#cantKeep = true;
    } finally {
      this.#isKeeping = false;
    }
  }

  /** Opens what the browser kept. */
  goOn(): void {
    const { hash, checkpoints, brought } = this.last!;
    this.last = undefined;
    try {
      this.#become(hash);
    } catch (error) {
      this.message = `The last session has a config that can’t be used any more: ${messageOf(error)}`;
      return;
    }
    this.#shipped = undefined;
    this.brought = brought;
    this.#address();
    this.#open(this.a, this.config, checkpoints[0]);
    if (this.other !== undefined) this.#open(this.b, this.other, checkpoints[1]);
    else this.b.close();
  }

  async forget(): Promise<void> {
    this.last = undefined;
    await forgetSession();
  }

  get models(): readonly Model[] {
    return this.other === undefined ? [this.a] : [this.a, this.b];
  }

  /** Those that the buttons act on. */
  get #driven(): readonly Model[] {
    return this.isKept ? [this.a] : this.models;
  }

  get isTraining(): boolean {
    return this.#level !== undefined || this.#driven.some(({ status }) => status === "training");
  }

  get isTouched(): boolean {
    return this.models.some(({ isTouched }) => isTouched);
  }

  get isReady(): boolean {
    return this.#driven.some(({ status }) => status === "paused" || status === "finished");
  }

  /** Two that train together go at the pace of the slower one: what is compared has taken as many steps. */
  #keepPace(): void {
    const together = this.models.length > 1 && this.models.every(({ status }) => status === "training");
    const step = this.#level?.step;
    const reached = this.models.map((model) => model.reached);
    const limit = together ? LEAD + Math.min(...reached) : (step ?? Infinity);
    for (const model of this.models) model.limit(limit);
    if (step !== undefined && Math.min(...reached) >= step) this.#stop();
  }

  train(): void {
    this.#drive((model) => model.train());
  }

  /** Does it to the models that the buttons act on, once they are such as can be trained. */
  #drive(work: (model: Model) => void): void {
    this.#level = undefined;
    if (this.#driven.some(({ status }) => status === "finished"))
      this.#goFurther(work).catch((error) => {
        this.message = messageOf(error);
      });
    else
      for (const model of this.#driven) {
        if (model.isTouched || model.opened?.step === 0) work(model);
        else this.#begin(model, work);
      }
  }

  /** A training that has come to its end goes on, for as many epochs again. */
  async #goFurther(work: (model: Model) => void): Promise<void> {
    const driven = this.#driven;
    const checkpoints = await Promise.all(driven.map((model) => model.checkpoint()));
    const epochs = 2 * this.config.training.epochs;
    this.config = withValue(this.config, "training.epochs", epochs);
    if (this.other !== undefined) this.other = withValue(this.other, "training.epochs", epochs);
    this.#address();
    for (const [i, model] of driven.entries()) {
      const { curves } = model;
      this.#begin(model, work, checkpoints[i]);
      model.curves = curves;
    }
  }

  /** Two that trained together stop at the same step; whoever can't wait for it pauses again. */
  pause(): void {
    const together = this.#driven.length > 1 && this.#level === undefined;
    if (together) void this.#catchUp();
    else this.#stop();
  }

  #stop(): void {
    this.#level = undefined;
    for (const model of this.#driven) model.pause();
    void this.keep();
  }

  /** Pauses both models; the one behind takes the steps that it lacks. */
  async #catchUp(): Promise<void> {
    const level: { step?: number } = {};
    this.#level = level;
    for (const model of this.models) model.pause();
    // A model that failed has no step: then they stay where they are.
    const steps = await Promise.all(this.models.map((model) => model.steps())).catch(() => [0]);
    if (this.#level !== level) return;
    const step = Math.max(...steps);
    const behind = this.models[steps.findIndex((one) => one < step)];
    if (behind === undefined) return this.#stop();
    this.#level = { step };
    behind.limit(step);
    behind.train();
  }

  step(): void {
    this.#drive((model) => model.step());
  }

  /** From random weights: what was trained here is gone. */
  reset(): void {
    this.#shipped = undefined;
    this.message = "";
    this.#openAll(true);
  }

  speed(stepsPerSecond: number): void {
    this.stepsPerSecond = stepsPerSecond;
    for (const model of this.models) model.speed(stepsPerSecond);
  }

  /** Opens a model of the config of now, with random weights where there is nothing to go on from: the shipped one is only looked at. */
  #begin(model: Model, then: (model: Model) => void, from?: Checkpoint): void {
    this.#shipped = undefined;
    this.#open(model, model === this.b ? this.other! : this.config, from);
    const stop = $effect.root(() => {
      $effect(() => {
        if (model.status !== "paused") return;
        then(model);
        queueMicrotask(() => stop());
      });
    });
  }

  set(key: string, value: unknown, which: "config" | "other"): void {
    this.message = "";
    try {
      const before = which === "other" ? this.other! : this.config;
      const next = withValue(before, key, value);
      if (which === "other") this.other = next;
      else {
        this.config = next;
        // Both have the same net, data and training; only the objective's own numbers may differ.
        if (this.other !== undefined && !key.startsWith("objective."))
          this.other = withValue(this.other, key, value);
        if (key === "objective" && this.other !== undefined) this.other = contrasting(next);
      }
      this.#address();
      if (!live.test(key)) this.#openAll();
      else if (which === "other") this.b.hold(this.other!);
      else {
        this.a.hold(this.config);
        if (this.other !== undefined && !key.startsWith("objective.")) this.b.hold(this.other);
      }
    } catch (error) {
      this.message = messageOf(error);
    }
  }

  source(name: string): void {
    this.brought = undefined;
    this.set("data.source", name, "config");
  }

  compare(on: boolean): void {
    this.other = on ? contrasting(this.config) : undefined;
    this.isKept = false;
    this.#address();
    if (on) this.#openAll(true);
    else {
      this.#level = undefined;
      this.b.close();
    }
  }

  follow(pixels: Uint8Array, index: number | undefined): void {
    this.picked = index;
    this.draw = 0;
    this.#follow(pixels);
  }

  drawAgain(): void {
    this.draw++;
    this.#follow(this.a.look!.followed.pixels);
  }

  #follow(pixels: Uint8Array): void {
    for (const model of this.models) model.follow(pixels, this.draw);
  }

  async bring(files: Dropped[] | Promise<Dropped[]>): Promise<void> {
    this.message = "Reading…";
    try {
      this.#take(await readBrought(await files));
    } catch (error) {
      this.message = messageOf(error);
    }
  }

  #take(brought: Brought): void {
    this.#shipped = undefined;
    if (brought.kind === "run") {
      const { run } = brought;
      if (isDrawn(run.config)) this.brought = undefined;
      else if (this.brought === undefined) {
        throw new Error(
          `${run.name} was trained on ${run.config.data.source}: drop its data first, then the run`,
        );
      }
      [this.config, this.other] = [run.config, undefined];
      this.#address();
      this.#open(this.a, run.config, run.from);
      this.message = `${run.name} is open at step ${run.from.step}; Train goes on.`;
      return;
    }
    const before = this.config;
    this.brought = brought.data;
    this.other = undefined;
    try {
      this.config = withValue(this.config, "data.source", brought.source);
      const most = 2 ** Math.floor(Math.log2(0.75 * brought.data.shape[0]!));
      const isFew = this.config.data.batchSize > most;
      if (isFew) this.config = withValue(this.config, "data.batchSize", most);
      this.#address();
      this.#openAll();
      this.message = [...brought.notes, ...(isFew ? [`with so few, the batch size is ${most}`] : [])].join(
        "; ",
      );
    } catch (error) {
      this.config = before;
      throw error;
    }
  }

  #openAll(anew = false): void {
    if (anew) this.#shipped = undefined;
    [this.picked, this.draw] = [0, 0];
    this.#open(this.a, this.config);
    if (this.other !== undefined) this.#open(this.b, this.other);
  }

  #open(model: Model, config: Config, from?: Checkpoint): void {
    const shown = this.#shipped;
    this.#level = undefined;
    model.open({
      config,
      device: config.device,
      data: this.brought,
      from,
      ...(shown !== undefined && model === this.a && { shown }),
    });
    model.speed(this.stepsPerSecond);
  }

  /** Once a slider rests: browsers refuse an address that changes more than three times a second. */
  #address(): void {
    clearTimeout(this.#moving);
    this.#moving = setTimeout(() => history.replaceState(null, "", `#${this.#hash}`), SLOW);
  }

  get #hash(): string {
    return toHash({ config: this.config, other: this.other });
  }
}

/** β = 8 beside β = 1, and the other way round; the same numbers where the objective has no β. */
function contrasting(config: Config): Config {
  const { beta } = config.objective;
  return typeof beta === "number" ? withValue(config, "objective.beta", beta >= 4 ? 1 : 8) : config;
}

const messageOf = (error: unknown): string => {
  const { message = String(error), hint } = error as { message?: string; hint?: string };
  // All that is set in a page is set on it.
  return `${message.replace(" (from option set)", "")}${hint ? `; ${hint}` : ""}.`;
};
