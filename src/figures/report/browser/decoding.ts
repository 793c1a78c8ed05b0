/**
 * Asks the worker for pictures. What is shown large goes first, and only its newest wish counts: a slider that moves
 * faster than the decoder never makes it lag behind. The pictures of the strip follow when there is time.
 */

import type { Live } from "../live.ts";
import type { WorkerAnswer, WorkerRequest } from "./worker.ts";

export interface Wish {
  readonly latent: Float32Array;
  readonly label: number;
  show(pixels: Uint8Array, milliseconds: number): void;
}

export class Decoding {
  readonly #worker: Worker;
  #busy: Wish | "starting" | undefined = "starting";
  #wanted: Wish | undefined;
  #strip: readonly Wish[] = [];

  /** @param onError told once when the worker can't start or fails */
  constructor(source: string, live: Live, weights: string, onError: (message: string) => void) {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    this.#worker = new Worker(url);
    this.#worker.onerror = (event) => onError(event.message || "the decoder's worker did not start");
    this.#worker.onmessage = ({ data: answer }: MessageEvent<WorkerAnswer>) => {
      if ("error" in answer) onError(answer.error);
      else if ("pixels" in answer && typeof this.#busy === "object") {
        this.#busy.show(answer.pixels, answer.milliseconds);
      }
      this.#busy = undefined;
      this.#next();
    };
    const { model, image, classes } = live;
    this.#post({ live: { model, image, classes }, weights });
  }

  /** Replaces what is wanted. */
  want(wish: Wish): void {
    this.#wanted = wish;
    this.#next();
  }

  /** Replaces the pictures of the strip. */
  wantStrip(wishes: readonly Wish[]): void {
    this.#strip = wishes;
    this.#next();
  }

  #next(): void {
    if (this.#busy !== undefined) return;
    const wish = this.#wanted ?? this.#strip[0];
    if (wish === undefined) return;
    if (wish === this.#wanted) this.#wanted = undefined;
    else this.#strip = this.#strip.slice(1);
    this.#busy = wish;
    this.#post({ latent: wish.latent, label: wish.label });
  }

  #post(request: WorkerRequest): void {
    this.#worker.postMessage(request);
  }
}
