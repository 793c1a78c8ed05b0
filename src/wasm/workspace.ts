/** What the kernels of a program share: how many threads there are, and memory for each while it works. */

import { type Argument, Buffer } from "../plan/index.ts";
import type { Convolution } from "./convolution/moving.ts";
import { type Range, split } from "./split.ts";

export class Workspace {
  readonly #threads: number;
  /** For each part of a kernel its own. */
  readonly buffers: Buffer[] = [];
  readonly #convolutions = new Map<string, Convolution>();

  constructor(threads: number) {
    this.#threads = threads;
  }

  /** `count` results in parts for the threads, cut at multiples of `unit`; `work`: multiplications for all of them. */
  split(count: number, unit: number, work: number): Range[] {
    return split(count, unit, work, this.#threads);
  }

  /** A convolution by its shape: the steps of a call have the same ones. */
  convolution(key: string, make: () => Convolution): Convolution {
    const convolution = this.#convolutions.get(key) ?? make();
    this.#convolutions.set(key, convolution);
    return convolution;
  }

  /** The memory of a kernel's part, by number, while it runs. */
  scratch(bytes: number, part: number): Argument {
    const buffer = this.buffers[part] ?? new Buffer(0);
    this.buffers[part] = buffer;
    buffer.bytes = Math.max(buffer.bytes, bytes);
    return { buffer, offset: 0 };
  }
}
