/**
 * Batches of a split as a function of (seed, step) and nothing else: batch 1000 is the same whether 999
 * others were drawn before it or the run was resumed there. Pure; the pixels stay uint8 (the graph scales
 * them).
 */

import { BetalabError } from "../base/errors.ts";
import { fillUniform, permutation, type RandomStream } from "../base/random.ts";
import type { Split } from "./dataset.ts";
import { imageBytes } from "./images.ts";

/**
 * Batches in one pass over `count` images. The last, incomplete batch is dropped: the compiled graph has one
 * batch size, and the next epoch's order is another, so no image is left out for long.
 *
 * Throws `config` when the batch is larger than the data.
 */
export function batchesPerEpoch(count: number, batchSize: number): number {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new BetalabError("config", `data.batchSize: ${batchSize} is not a whole number of at least 1`);
  }
  if (batchSize > count) {
    throw new BetalabError(
      "config",
      `data.batchSize: a batch of ${batchSize} is larger than the data, ${count} training image${count === 1 ? "" : "s"}`,
      `set data.batchSize to ${count} or less, or use more images`,
    );
  }
  return Math.floor(count / batchSize);
}

export interface BatcherOptions {
  readonly batchSize: number;
  /** The run's seed. */
  readonly seed: number;
  /** Mirrors each image left to right with probability ½ (default false). */
  readonly flip?: boolean | undefined;
  /** Put before the names of the random streams: batches of another name are drawn independently (default ""). */
  readonly stream?: string | undefined;
}

/** Draws the batches of one split. Not safe to share between callers that run at once. */
export class Batcher {
  readonly batchSize: number;
  /** Batches in one epoch. */
  readonly perEpoch: number;
  readonly #split: Split;
  readonly #seed: number;
  readonly #flip: boolean;
  readonly #stream: string;
  readonly #uniforms: Float32Array;
  #epoch = -1;
  #order: Uint32Array = new Uint32Array(0);

  /** Throws `config` when the batch is larger than the split. */
  constructor(split: Split, options: BatcherOptions) {
    this.perEpoch = batchesPerEpoch(split.images.count, options.batchSize);
    this.batchSize = options.batchSize;
    this.#split = split;
    this.#seed = options.seed;
    this.#flip = options.flip ?? false;
    this.#stream = options.stream ?? "";
    this.#uniforms = new Float32Array(options.batchSize);
  }

  /** The epoch that global step `step` lies in, from 0. */
  epochOf(step: number): number {
    return Math.floor(step / this.perEpoch);
  }

  /** Which images batch `step` holds, `[batchSize]`; a view that the next call of another epoch replaces. */
  indices(step: number): Uint32Array {
    const epoch = this.epochOf(step);
    if (epoch !== this.#epoch) {
      this.#order = permutation(this.#split.images.count, this.#random("order", epoch));
      this.#epoch = epoch;
    }
    const from = (step % this.perEpoch) * this.batchSize;
    return this.#order.subarray(from, from + this.batchSize);
  }

  /**
   * Writes batch number `step` (global, from 0) into `into`, `[batchSize, height, width, channel]`, and its
   * labels into `labelsInto`, `[batchSize]`, −1 where the split has none.
   */
  fill(step: number, into: Uint8Array, labelsInto?: Int32Array): void {
    const indices = this.indices(step);
    this.#split.images.read(indices, into, this.#random("draw", step));
    if (labelsInto) {
      const values = this.#split.labels?.values;
      for (let i = 0; i < indices.length; i++) labelsInto[i] = values ? values[indices[i]!]! : -1;
    }
    if (this.#flip) this.#mirrorSome(step, into);
  }

  /** Says that batch number `step` is one of the next to be asked for. */
  prefetch(step: number): void {
    this.#split.images.prefetch?.(this.indices(step));
  }

  #random(name: string, step: number): RandomStream {
    return { seed: this.#seed, stream: `${this.#stream}${name}`, step };
  }

  #mirrorSome(step: number, pixels: Uint8Array): void {
    const { images } = this.#split;
    const size = imageBytes(images);
    fillUniform(this.#uniforms, this.#random("flip", step));
    for (let i = 0; i < this.batchSize; i++) {
      if (this.#uniforms[i]! < 0.5) {
        mirror(pixels.subarray(i * size, (i + 1) * size), images.width, images.channels);
      }
    }
  }
}

/** Mirrors one image, `[height, width, channels]`, left to right in place. */
function mirror(pixels: Uint8Array, width: number, channels: number): void {
  const row = width * channels;
  for (let start = 0; start < pixels.length; start += row) {
    for (let left = 0, right = width - 1; left < right; left++, right--) {
      for (let channel = 0; channel < channels; channel++) {
        const a = start + left * channels + channel;
        const b = start + right * channels + channel;
        const swap = pixels[a]!;
        pixels[a] = pixels[b]!;
        pixels[b] = swap;
      }
    }
  }
}
