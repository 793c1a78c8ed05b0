/**
 * Does reading starve the engine? The same celeba step, fed in shuffled order from the packed cache of a folder and
 * from memory: once with the cache's file in the system's page cache, as after a first epoch, and once with
 * nothing of it there, where the system can be told to forget.
 */

import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Images, imageBytes, memoryImages } from "../../src/data/index.ts";
import { openDataset } from "../../src/data/node.ts";
import { type Contestant, measure } from "../contestant.ts";
import type { BenchOptions } from "../options.ts";
import { ours } from "../ours.ts";
import { endless } from "../pictures.ts";
import type { TaskReport } from "../report.ts";
import { steps } from "../steps.ts";
import type { Surroundings } from "../training.ts";
import { writePhotographs } from "./photographs.ts";

/** 98 MB of pixels, far more than the measurement reads. */
const PICTURES = 8000;
const SIZE = 64;

/** Rows whose ratio is the time from memory divided by that from disk: above 0.95 is wanted. */
export async function measureFeeding(
  folder: string,
  { seconds, rounds }: BenchOptions,
  { runtime, progress }: Surroundings,
): Promise<TaskReport[]> {
  progress(`feeding: writing ${PICTURES} pictures and packing them`);
  const pictures = join(folder, "pictures");
  await writePhotographs(pictures, PICTURES, SIZE);
  const cacheDirectory = join(folder, "cache");
  const data = await openDataset({ source: "folder", path: pictures, size: SIZE }, { cacheDirectory });
  const packed = join(cacheDirectory, "packed");
  const file = join(packed, readdirSync(packed).find((name) => name.endsWith(".u8"))!);
  const step = steps.find(({ name }) => name === "celeba")!;
  const opened: Contestant[] = [];
  try {
    const { images } = data.train;
    const clocks = { memory: new Clock(inMemory(images)), disk: new Clock(images), cold: new Clock(images) };
    const open = async (clock: Clock) => {
      const contestant = await ours(step, endless(clock.images), runtime);
      opened.push(contestant);
      return contestant;
    };
    const [memory, disk] = [await open(clocks.memory), await open(clocks.disk)];
    const cold = forget(file) ? await open(clocks.cold) : undefined;
    progress("feeding: measuring");
    const results = await measure(opened, {
      seconds,
      rounds,
      before(contestant) {
        if (contestant === disk) readFileSync(file);
        if (contestant === cold) forget(file);
      },
    });
    const report = (name: string, title: string, contestant: Contestant, clock: Clock): TaskReport => ({
      name,
      title,
      unit: "images",
      count: step.config.data.batchSize,
      result: results.get(contestant)!,
      beside: {
        name: "from memory",
        result: results.get(memory)!,
        agreement: `reading takes ${clock.mean().toFixed(2)} ms, from memory ${clocks.memory.mean().toFixed(2)}`,
      },
    });
    return [
      report("feeding", "celeba step fed from disk", disk, clocks.disk),
      ...(cold === undefined
        ? []
        : [report("feeding-cold", "celeba step fed from disk, page cache empty", cold, clocks.cold)]),
    ];
  } finally {
    for (const contestant of opened) await contestant.close();
    data.close();
  }
}

/** Images with a clock on their reading. */
class Clock {
  readonly images: Images;
  #milliseconds = 0;
  #reads = 0;

  constructor(images: Images) {
    this.images = {
      ...images,
      read: (indices, into, draw) => {
        const start = performance.now();
        images.read(indices, into, draw);
        this.#milliseconds += performance.now() - start;
        this.#reads++;
      },
    };
  }

  /** Milliseconds a batch. */
  mean(): number {
    return this.#milliseconds / this.#reads;
  }
}

function inMemory(images: Images): Images {
  const pixels = new Uint8Array(images.count * imageBytes(images));
  images.read(
    Uint32Array.from({ length: images.count }, (_, i) => i),
    pixels,
  );
  return memoryImages(pixels, images);
}

/** Takes a file out of the system's page cache; false where GNU dd isn't there to ask. */
function forget(file: string): boolean {
  const request = [`of=${file}`, "oflag=nocache", "conv=notrunc,fdatasync", "count=0"];
  return process.platform === "linux" && spawnSync("dd", request, { stdio: "ignore" }).status === 0;
}
