/**
 * What the benchmark trains on: pictures drawn here, a few thousand in memory, that both sides read. To the
 * training loop they look like a million, so that no epoch, with its evaluation, ends within a measurement.
 */

import { writeFileSync } from "node:fs";
import { type Dataset, digits, type Images, memoryImages, selectImages, sprites } from "../src/data/index.ts";
import type { ImageShape } from "../src/models/index.ts";

const POOL = 2048;
const SEEMING_COUNT = 1_000_000;

/** `[2048, height, width, channel]` of uint8. */
export function drawPictures({ height, channels }: ImageShape): Uint8Array {
  if (channels === 1 && height === 28) return read(digits({ count: POOL }).images);
  const { images } = sprites({ size: height });
  // A stride without a common factor with the grid: pictures of all shapes, sizes and places.
  const grey = read(images, (i) => (i * 7919) % images.count);
  return channels === 1 ? grey : coloured(grey, height);
}

/** What `drawPictures` drew, by index. */
export function drawn(pixels: Uint8Array, { height, width, channels }: ImageShape): Images {
  if (channels !== 1 && channels !== 3) throw new Error(`internal: ${channels} channels`);
  return memoryImages(pixels, { count: POOL, height, width, channels });
}

function read(images: Images, indexOf: (i: number) => number = (i) => i): Uint8Array {
  const pixels = new Uint8Array(POOL * images.height * images.width * images.channels);
  images.read(
    Uint32Array.from({ length: POOL }, (_, i) => indexOf(i)),
    pixels,
  );
  return pixels;
}

/** A coloured shape on a sloping coloured ground: no pixel is exactly black, as in photographs. */
function coloured(grey: Uint8Array, size: number): Uint8Array {
  const result = new Uint8Array(grey.length * 3);
  for (let i = 0; i < grey.length; i++) {
    const [picture, row, column] = [Math.floor(i / size ** 2), Math.floor(i / size) % size, i % size];
    for (let channel = 0; channel < 3; channel++) {
      const slope = (row * (1 + channel) + column * (3 - channel)) / (4 * size);
      const tint = ((picture * (channel + 3)) % 97) / 97;
      result[3 * i + channel] = 20 + 130 * slope * tint + (grey[i]! > 0 ? 90 : 0);
    }
  }
  return result;
}

/** Images as a data set with no end in sight. */
export function endless(images: Images): Dataset {
  const { count, height, width, channels } = images;
  return {
    name: "benchmark",
    fingerprint: "benchmark",
    train: {
      images: {
        count: SEEMING_COUNT,
        height,
        width,
        channels,
        read: (indices, into) =>
          images.read(
            Uint32Array.from(indices, (index) => index % count),
            into,
          ),
        prefetch: (indices) => images.prefetch?.(Uint32Array.from(indices, (index) => index % count)),
      },
    },
    heldOut: { images: selectImages(images, [0]) },
    notes: [],
    close() {},
  };
}

/** The same pictures as a file of bytes, for a peer. */
export function writePictures(path: string, pixels: Uint8Array): void {
  writeFileSync(path, pixels);
}
