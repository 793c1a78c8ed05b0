/**
 * Asks the worker for pictures. The large picture goes first, and only the newest request for it counts: however fast
 * a slider moves, the picture never lags behind. The pictures of the strip follow when the worker is idle.
 */

import type { Live } from "../../src/pages/index.ts";
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

  /**
   * @param source of the worker
   * @param weights of the decoder, safetensors in base64
   * @param onError called when the worker can't start or fails
   */
  constructor(
    source: string,
    { decoder: program }: Live,
    weights: string,
    onError: (message: string) => void,
  ) {
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
    this.#post({ program, weights });
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
