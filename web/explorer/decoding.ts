/**
 * Asks a model for pictures. The large picture goes first, and only the newest request for it counts: however fast
 * a slider moves, the picture never lags behind. The pictures of the strip follow when the model is idle.
 */

import type { Codec } from "./codec.ts";

export interface Wish {
  readonly latent: Float32Array;
  readonly label: number;
  show(pixels: Uint8Array, milliseconds: number): void;
}

export class Decoding {
  readonly #codec: Codec;
  #isBusy = false;
  #wanted: Wish | undefined;
  #strip: readonly Wish[] = [];

  constructor(codec: Codec) {
    this.#codec = codec;
  }

  /** Replaces what is wanted. */
  want(wish: Wish): void {
    this.#wanted = wish;
    void this.#next();
  }

  /** Replaces the pictures of the strip. */
  wantStrip(wishes: readonly Wish[]): void {
    this.#strip = wishes;
    void this.#next();
  }

  async #next(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (;;) {
      const wish = this.#wanted ?? this.#strip[0];
      if (wish === undefined) break;
      if (wish === this.#wanted) this.#wanted = undefined;
      else this.#strip = this.#strip.slice(1);
      const started = performance.now();
      const pixels = await this.#codec.decode(wish.latent, wish.label).catch(() => undefined);
      if (pixels !== undefined) wish.show(pixels, performance.now() - started);
    }
    this.#isBusy = false;
  }
}
