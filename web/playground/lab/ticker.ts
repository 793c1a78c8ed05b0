/** What the page is told of a training's steps: the newest numbers, no more often than they can be read, and new notes of the engine. */

import type { TrainingEvent } from "../../../src/training/index.ts";
import type { LabEvent, Progress } from "./protocol.ts";

type StepEvent = Extract<TrainingEvent, { type: "step" }>;

/** Milliseconds between two lines of numbers. */
const BETWEEN = 60;

export class Ticker {
  readonly #tell: (event: LabEvent) => void;
  readonly #progressOf: (event: StepEvent) => Progress;
  #noted: string | undefined;
  /** What the page has not been told yet. */
  #newest: StepEvent | undefined;
  #told = 0;

  /** @param noted what the page knows of the engine already */
  constructor(
    tell: (event: LabEvent) => void,
    noted: string | undefined,
    progressOf: (event: StepEvent) => Progress,
  ) {
    this.#tell = tell;
    this.#noted = noted;
    this.#progressOf = progressOf;
  }

  /** @param note what the engine is said to lack by now */
  took(event: StepEvent, note: string | undefined): void {
    this.#newest = event;
    if (note !== undefined && note !== this.#noted) this.#tell({ kind: "note", text: note });
    this.#noted = note;
    if (performance.now() - this.#told >= BETWEEN) this.send();
  }

  /** The newest step's numbers, unless the page has them. */
  send(): void {
    if (this.#newest === undefined) return;
    this.#tell(this.#progressOf(this.#newest));
    this.#newest = undefined;
    this.#told = performance.now();
  }
}
