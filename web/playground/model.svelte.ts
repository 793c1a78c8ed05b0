/** A model as the page knows it: what its worker has told last. */

import type { Config } from "../../src/config/index.ts";
import type { Codec, Posterior } from "../explorer/codec.ts";
import { type Curves, extended, noCurves } from "./curves.ts";
import { pieceByPiece } from "./frames.ts";
import type {
  Checkpoint,
  Evaluated,
  Files,
  LabEvent,
  LabRequest,
  Look,
  Opened,
  OpenRequest,
  Progress,
} from "./lab/protocol.ts";

/** ms between two times that a model is drawn while it trains: what is drawn more often is not seen. */
const BETWEEN = 100;

/** When a model is drawn next, or was last; of two, each has its turn. */
let shownAt = 0;

/** Of all models. */
const inFrame = pieceByPiece((frame) => requestAnimationFrame(frame));

export class Model {
  status: "opening" | "paused" | "training" | "finished" | "failed" = $state("opening");
  opened: Opened | undefined = $state.raw();
  progress: Progress | undefined = $state.raw();
  evaluated: Evaluated | undefined = $state.raw();
  look: Look | undefined = $state.raw();
  /** The looks of which the pictures, the latents and the map are on the screen: each comes in a frame of its own. */
  pictured: Look | undefined = $state.raw();
  listed: Look | undefined = $state.raw();
  mapped: Look | undefined = $state.raw();
  curves: Curves = $state.raw(noCurves());
  notes: readonly string[] = $state.raw([]);
  problem: { readonly message: string; readonly hint?: string | undefined } | undefined = $state.raw();
  /** Whether anything was trained since it was opened. */
  isTouched = $state(false);
  config: Config = $state.raw() as Config;
  /** The last step that was told. */
  reached = 0;
  /** Called after everything that its worker tells. */
  onevent: () => void = () => {};
  #limit = Number.POSITIVE_INFINITY;
  #worker: Worker | undefined;
  #next = 0;
  /** The worker of which something is about to be drawn. */
  #due: Worker | undefined;
  /** What has come and is not drawn yet: a hidden page may train for hours. */
  #newest: Progress | undefined;
  #grown: Curves | undefined;
  #seen: Look | undefined;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();

  open(request: Omit<OpenRequest, "kind">): void {
    this.close();
    this.status = "opening";
    this.config = request.config;
    this.progress = this.evaluated = this.problem = undefined;
    this.curves = noCurves();
    this.notes = [];
    this.isTouched = request.from !== undefined;
    const worker = new Worker(new URL("./lab/worker.ts", import.meta.url), { type: "module" });
    this.#worker = worker;
    worker.onmessage = ({ data }: MessageEvent<LabEvent>) => {
      if (this.#worker !== worker) return;
      this.#take(data);
      this.onevent();
    };
    worker.onerror = ({ message }) => {
      if (this.#worker !== worker) return;
      const why = message || "the model’s worker did not start";
      this.#end(why);
      this.#fail(why, "Reset begins again.");
      this.onevent();
    };
    this.#send({ kind: "open", ...request });
    this.hold(request.config);
  }

  close(): void {
    this.#end("the model was replaced");
    this.#newest = this.#grown = this.#seen = undefined;
    this.#limit = Number.POSITIVE_INFINITY;
  }

  /** The worker's end: nothing that was asked of it is answered any more. */
  #end(why: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(new Error(why));
    this.#waiting.clear();
  }

  train(): void {
    if (this.status !== "paused") return;
    this.status = "training";
    this.isTouched = true;
    this.#send({ kind: "train" });
  }

  pause(): void {
    if (this.status !== "training") return;
    this.status = "paused";
    this.#send({ kind: "pause" });
  }

  step(): void {
    if (this.status !== "paused" && this.status !== "training") return;
    this.status = "paused";
    this.isTouched = true;
    this.#send({ kind: "step" });
  }

  speed(stepsPerSecond: number): void {
    this.#send({ kind: "speed", stepsPerSecond });
  }

  /** Training waits at this step until it is moved on. */
  limit(step: number): void {
    if (step === this.#limit) return;
    this.#limit = step;
    this.#send({ kind: "limit", step });
  }

  /** Numbers of the config that act while it trains. */
  hold(config: Config): void {
    this.config = config;
    const spread = config.model.likelihood.sigma ?? config.model.likelihood.scale;
    const scalars = { ...config.objective, ...held(spread, "sigma") };
    const numbers = Object.entries(scalars).filter(
      (entry): entry is [string, number] => typeof entry[1] === "number",
    );
    this.#send({
      kind: "hold",
      config: $state.snapshot(config) as Config,
      scalars: Object.fromEntries(numbers),
    });
  }

  follow(pixels: Uint8Array, draw: number): void {
    this.#send({ kind: "follow", pixels, draw });
  }

  readonly codec: Codec = {
    decode: (latent, label) => this.#ask<Uint8Array>({ kind: "decode", latent, label }),
    encode: (pixels, label) => this.#ask<Posterior>({ kind: "encode", pixels, label }),
  };

  /** Steps taken, once what goes on has ended. */
  steps(): Promise<number> {
    return this.#ask<number>({ kind: "steps" });
  }

  checkpoint(): Promise<Checkpoint> {
    return this.#ask<Checkpoint>({ kind: "checkpoint" });
  }

  files(): Promise<Files> {
    return this.#ask<Files>({ kind: "files" });
  }

  #ask<T>(request: DistributiveOmit<Extract<LabRequest, { id: number }>, "id">): Promise<T> {
    const id = this.#next++;
    if (this.#worker === undefined) return Promise.reject(new Error("no model is open"));
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#send({ ...request, id });
    });
  }

  #send(request: LabRequest): void {
    this.#worker?.postMessage(request);
  }

  #take(event: LabEvent): void {
    switch (event.kind) {
      case "opened":
        if (isOther(this.opened, event)) this.look = this.pictured = this.listed = this.mapped = undefined;
        this.opened = event;
        this.reached = event.step;
        this.notes = [...this.notes, ...event.notes];
        this.status = "paused";
        return;
      case "progress":
        this.#newest = event;
        this.#grown = extended(this.#grown ?? this.curves, event);
        this.reached = event.step;
        this.#show();
        return;
      case "evaluated":
        this.evaluated = event;
        return;
      case "look":
        this.#seen = event;
        this.#show();
        return;
      case "ended":
        this.status = "finished";
        return;
      case "note":
        this.notes = [...this.notes, event.text];
        if (event.engine !== undefined && this.opened) this.opened = { ...this.opened, engine: event.engine };
        return;
      case "failed":
        this.#fail(event.message, event.hint);
        return;
      case "answer":
        this.#waiting.get(event.id)?.resolve(event.value);
        this.#waiting.delete(event.id);
        return;
      case "refused":
        this.#waiting.get(event.id)?.reject(new Error(event.message));
        this.#waiting.delete(event.id);
    }
  }

  /** What came since the last time goes on the screen; a hidden page has no frames, and the worker trains on. */
  #show(): void {
    if (this.#due === this.#worker) return;
    this.#due = this.#worker;
    const now = performance.now();
    shownAt = this.status === "training" ? Math.max(now, shownAt + BETWEEN) : now;
    setTimeout(
      this.#piece(() => this.#draw()),
      shownAt - now,
    );
  }

  /** Asks for a frame in which it is drawn, if the model is still the same. */
  #piece(draw: () => void): () => void {
    const worker = this.#worker;
    return () =>
      inFrame(() => {
        if (this.#worker === worker) draw();
      });
  }

  #draw(): void {
    const [seen, newest, grown] = [this.#seen, this.#newest, this.#grown];
    this.#due = this.#seen = this.#newest = undefined;
    if (newest !== undefined) this.progress = newest;
    if (seen !== undefined) this.look = seen;
    const pieces: (() => void)[] = [];
    if (grown !== undefined)
      pieces.push(() => {
        this.curves = grown;
        if (this.#grown === grown) this.#grown = undefined;
      });
    if (seen !== undefined)
      pieces.push(
        () => {
          this.pictured = seen;
        },
        () => {
          this.listed = seen;
        },
        () => {
          this.mapped = seen;
          this.#send({ kind: "seen" });
        },
      );
    for (const piece of pieces) this.#piece(piece)();
  }

  #fail(message: string, hint?: string): void {
    this.status = "failed";
    this.problem = { message, hint };
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** Whether what was drawn of a model says nothing of the next: another image, other latents. */
const isOther = (before: Opened | undefined, { image, latentDim }: Opened): boolean =>
  before !== undefined &&
  (before.latentDim !== latentDim ||
    before.image.height !== image.height ||
    before.image.width !== image.width ||
    before.image.channels !== image.channels);

/** A number, or a schedule that stays at one, under a name; nothing for what is learned or moves. */
function held(value: unknown, name: string): Record<string, number> {
  if (typeof value === "number") return { [name]: value };
  const values = (value as { values?: readonly number[] } | undefined)?.values;
  return values?.length === 1 ? { [name]: values[0]! } : {};
}
