/** Something to compress that costs about what a photograph does: slopes, shapes with edges and fine grain. */

import { mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";

/** Painting takes longer than rolling what was painted. */
const PAINTED = 500;
/** Files on their way to the disk at once. */
const AT_ONCE = 16;

/** Writes `count` different JPEGs of `size`×`size` into a new folder: a few hundred painted ones, rolled round. */
export async function writePhotographs(
  folder: string,
  count: number,
  size: number,
  onProgress?: (done: number) => void,
): Promise<void> {
  mkdirSync(folder);
  const painted = Array.from({ length: Math.min(PAINTED, count) }, (_, i) => paintPhotograph(i, size, size));
  const raw = { width: size, height: size, channels: 3 } as const;
  const write = async (i: number) => {
    const pixels = roll(painted[i % PAINTED]!, 3 * 37 * Math.floor(i / PAINTED));
    const file = await sharp(pixels, { raw }).jpeg({ quality: 90 }).toBuffer();
    await writeFile(join(folder, `${i}.jpg`), file);
  };
  for (let start = 0; start < count; start += AT_ONCE) {
    const some = Math.min(AT_ONCE, count - start);
    await Promise.all(Array.from({ length: some }, (_, i) => write(start + i)));
    if (start % (AT_ONCE * 1250) === 0) onProgress?.(start);
  }
}

/** What is pushed out at the end comes in at the start. */
function roll(pixels: Uint8Array, by: number): Uint8Array {
  const shift = by % pixels.length;
  const rolled = new Uint8Array(pixels.length);
  rolled.set(pixels.subarray(pixels.length - shift));
  rolled.set(pixels.subarray(0, pixels.length - shift), shift);
  return rolled;
}

/** RGB, `[height, width, 3]`; another picture for every `seed`. */
export function paintPhotograph(seed: number, width: number, height: number): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  const random = generator(seed);
  const blobs = Array.from({ length: 8 }, () => ({
    x: random() * width,
    y: random() * height,
    radius: (0.08 + 0.25 * random()) * height,
    colour: [random() * 120 - 60, random() * 120 - 60, random() * 120 - 60],
  }));
  const slopes = Array.from({ length: 6 }, () => 60 * random() - 30);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const grain = 10 * random() - 5;
      const here = blobs.filter((blob) => (x - blob.x) ** 2 + (y - blob.y) ** 2 < blob.radius ** 2);
      for (let channel = 0; channel < 3; channel++) {
        let value = 128 + (slopes[channel]! * x) / width + (slopes[3 + channel]! * y) / height + grain;
        for (const blob of here) value += blob.colour[channel]!;
        pixels[at++] = Math.max(0, Math.min(255, value));
      }
    }
  }
  return pixels;
}

/** Uniform in [0, 1): a linear congruence is random enough for grain. */
function generator(seed: number): () => number {
  let state = (seed * 7919 + 12345) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
