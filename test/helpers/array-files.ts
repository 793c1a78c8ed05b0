/** NPZ files of arrays as people bring them, opened as a data set. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { zipSync } from "fflate";
import type { Dataset, Split } from "../../src/data/dataset.ts";
import { encodeNpy } from "../../src/data/formats/npy.ts";
import { takeImages } from "../../src/data/images.ts";
import { openDataset } from "../../src/data/node.ts";
import { joinSplits } from "../../src/data/split.ts";
import { temporaryFolder } from "./data.ts";

export function write(arrays: Record<string, Uint8Array>): string {
  const path = join(temporaryFolder(), "a.npz");
  writeFileSync(
    path,
    zipSync(Object.fromEntries(Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes]))),
  );
  return path;
}

export function open(
  arrays: Record<string, Uint8Array>,
  options: object = {},
  memoryLimit?: number,
): Promise<Dataset> {
  return openDataset(
    { source: "npz", path: write(arrays), ...options },
    { cacheDirectory: temporaryFolder(), memoryLimit },
  );
}

export const pixels = ({ images }: Split) => [
  ...takeImages(
    images,
    Array.from({ length: images.count }, (_, i) => i),
  ).pixels,
];
/** Both sides of a set that was divided, its images in order of their first pixel. */
export async function whole(arrays: Record<string, Uint8Array>, options: object = {}) {
  const data = await open(arrays, options);
  const { images, labels, factors } = joinSplits(data.train, data.heldOut);
  const order = Array.from({ length: images.count }, (_, i) => ({
    i,
    pixels: [...takeImages(images, [i]).pixels],
  }));
  order.sort((a, b) => a.pixels[0]! - b.pixels[0]!);
  return {
    images: order.map((one) => one.pixels),
    shape: [images.height, images.width, images.channels],
    labels: labels && order.map(({ i }) => labels.names[labels.values[i]!]!),
    factors,
    notes: data.notes,
  };
}

/** Two images of 2×3 with first pixels 10 and 20. */
export const two = [10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 250];
export const imgs = encodeNpy("|u1", [2, 2, 3], two);
