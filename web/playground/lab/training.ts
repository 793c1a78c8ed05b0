/**
 * A training that is taken call by call: what happens in one, the checkpoint of now, and going on from there on another machine.
 */

import { BetalabError } from "../../../src/base/errors.ts";
import { encodeSafetensors } from "../../../src/base/safetensors.ts";
import { type State, type TrainingEvent, type TrainingJob, train } from "../../../src/training/index.ts";
import type { Checkpoint } from "./protocol.ts";

/** What a training goes on from. */
export type Beginning = NonNullable<NonNullable<Parameters<typeof train>[1]>["from"]>;
type CheckpointEvent = Extract<TrainingEvent, { type: "checkpoint" }>;

export class Training {
  readonly job: TrainingJob;
  state: State;
  step: number;
  isEnded = false;
  #from: Beginning | undefined;
  #events: AsyncGenerator<TrainingEvent, void, void> | undefined;
  #abort = new AbortController();
  #last: CheckpointEvent | undefined;
  /** The lines of `metrics.jsonl`. */
  #metrics: string;

  constructor(
    job: TrainingJob,
    {
      state,
      step,
      from,
      metrics,
    }: { state: State; step: number; from?: Beginning | undefined; metrics: string },
  ) {
    this.job = job;
    this.state = state;
    this.step = step;
    this.#from = from;
    this.#metrics = metrics;
  }

  /** Takes the next call: what happens until its step is taken, or the training ends. */
  async *call(): AsyncGenerator<TrainingEvent, void, void> {
    this.#events ??= this.#begin();
    for (;;) {
      const { value: event, done } = await this.#events.next();
      if (done) return;
      this.#keep(event);
      yield event;
      if (event.type === "step" || event.type === "end") return;
    }
  }

  /** After a call that failed: the next one begins from the last checkpoint. */
  drop(): void {
    this.#events = undefined;
  }

  #begin() {
    this.#abort = new AbortController();
    return train(this.job, { ...(this.#from && { from: this.#from }), signal: this.#abort.signal });
  }

  #keep(event: TrainingEvent): void {
    if (event.type === "checkpoint") this.#last = event;
    // At an epoch's end a loop that takes no step leaves no checkpoint: the one that it began with stands.
    if (event.type === "start" && this.#from !== undefined)
      this.#last ??= {
        type: "checkpoint",
        progress: this.#from.progress,
        epoch: event.step / event.stepsPerEpoch,
        state: event.state,
      };
    if (event.type === "log") this.#record("train", event.step, event.epoch + 1, event.record);
    if (event.type === "epoch") {
      const { heldOut, imagesPerSecond } = event;
      this.#record("heldOut", event.step, event.epoch, { ...heldOut, imagesPerSecond });
    }
    if (event.type === "start" || event.type === "step" || event.type === "end")
      [this.state, this.step] = [event.state, event.step];
    if (event.type === "end") this.isEnded = event.reason !== "interrupted";
  }

  #record(split: string, step: number, epoch: number, values: object): void {
    this.#metrics += `${JSON.stringify({ split, step, epoch, ...values })}\n`;
  }

  /** Ends the loop where it is, which leaves a checkpoint; the next call begins one from there. */
  async #settle(): Promise<CheckpointEvent> {
    if (this.#events !== undefined || this.#from !== undefined) {
      // Where nothing was trained since it was opened no step is taken: a loop says what it begins with.
      const events = this.#events ?? this.#begin();
      this.#abort.abort();
      for await (const event of events) this.#keep(event);
      this.#events = undefined;
    }
    if (this.#last === undefined) throw new BetalabError("run", "nothing was trained yet: press Train first");
    this.#from = beginning(this.#last);
    return this.#last;
  }

  /** As files keep it, and what it is of. */
  async checkpoint(): Promise<{ readonly kept: Checkpoint; readonly epoch: number; readonly state: State }> {
    const { progress, epoch, state } = await this.#settle();
    const { step } = progress;
    const metadata = { progress: JSON.stringify(progress), step: String(step) };
    const file = encodeSafetensors(state.records(), metadata);
    return { kept: { step, file, metrics: this.#metrics }, epoch, state };
  }

  /** What it goes on from on another machine: its last checkpoint, or what it began with. */
  get last(): { from: Beginning | undefined; metrics: string } {
    return { from: this.#last === undefined ? this.#from : beginning(this.#last), metrics: this.#metrics };
  }
}

const beginning = ({ progress, state }: CheckpointEvent): Beginning => ({
  progress,
  tensors: state.records(),
});
