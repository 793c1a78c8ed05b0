/** Threads that decode plain pictures, one for each core. */

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { allocatedCores } from "../../base/processes.ts";
import type { DecodedPicture, DecodeOptions } from "./decode.ts";
import { pictureModules } from "./picture-modules.ts";
import { type Encoded, PlainDecoder } from "./plain.ts";
import type { DecodedLot, EncodedLot, PlainWork } from "./plain-worker.ts";

export interface PlainCrew {
  /** How many pictures it is good to have asked for at once. */
  readonly width: number;
  /** The picture, or nothing where it is not plain, damaged, or can't be read. */
  decode(file: Encoded): Promise<DecodedPicture | undefined>;
  close(): void;
}

/** Fewer pictures are decoded before a thread has started. */
const FEW = 32;
/** Pictures that go to a thread at once; it has a second lot waiting, so that it never does. */
const LOT = 8;
const MOST_THREADS = 16;

/** For so many pictures. */
export function plainCrew(count: number, options: DecodeOptions): PlainCrew {
  const file = new URL("./plain-worker.js", import.meta.url);
  // Run from the sources (tests) there is no compiled worker: a thread can't load TypeScript on Node 20.
  if (count >= FEW && existsSync(fileURLToPath(file))) {
    return new Threads(Math.min(allocatedCores(), MOST_THREADS), file, options);
  }
  const decoder = new PlainDecoder(options, pictureModules());
  return { width: 1, decode: async (one) => decoder.decode(one), close: () => {} };
}

interface Task {
  readonly file: Encoded;
  readonly resolve: (picture: DecodedPicture | undefined) => void;
}

interface Thread {
  readonly worker: Worker;
  /** In the order in which they will be done. */
  readonly lots: Task[][];
}

class Threads implements PlainCrew {
  readonly width: number;
  readonly #waiting: Task[] = [];
  readonly #threads: Thread[] = [];

  constructor(count: number, file: URL, options: DecodeOptions) {
    this.width = 2 * LOT * count;
    const workerData: PlainWork = { options, modules: pictureModules() };
    try {
      for (let i = 0; i < count; i++) this.#hire(new Worker(file, { workerData }));
    } catch {
      // The machine has no room for another thread.
    }
  }

  #hire(worker: Worker): void {
    const thread: Thread = { worker, lots: [] };
    worker.on("message", (pictures: DecodedLot) => {
      thread.lots.shift()!.forEach(({ resolve }, at) => {
        resolve(pictures[at]);
      });
      this.#share();
    });
    // One that fails decodes nothing more; where all are gone, everything is left to libvips.
    worker.on("error", () => {
      this.#threads.splice(this.#threads.indexOf(thread), 1);
      for (const { resolve } of thread.lots.flat()) resolve(undefined);
      this.#share();
    });
    this.#threads.push(thread);
  }

  decode(file: Encoded): Promise<DecodedPicture | undefined> {
    return new Promise((resolve) => {
      this.#waiting.push({ file, resolve });
      if (this.#waiting.length === 1) setImmediate(() => this.#share());
    });
  }

  #share(): void {
    if (this.#threads.length === 0) for (const { resolve } of this.#waiting.splice(0)) resolve(undefined);
    for (let most = 0; most < 2; most++) {
      for (const { worker, lots } of this.#threads) {
        if (lots.length > most || this.#waiting.length === 0) continue;
        const lot = this.#waiting.splice(0, LOT);
        lots.push(lot);
        const files: EncodedLot = lot.map(({ file }) => file);
        worker.postMessage(files);
      }
    }
  }

  close(): void {
    for (const { worker } of this.#threads) void worker.terminate();
  }
}
