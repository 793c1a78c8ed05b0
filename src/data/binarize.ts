/**
 * Grey pixels as black and white, 0 and 255: by a threshold, or by a draw in which a pixel is white with the
 * probability that its grey value says (Salakhutdinov & Murray 2008). A draw is a function of the image and a
 * random stream, so it can be fixed (held-out images) or made anew at every step (training). Pure.
 */

import { philox4x32, type RandomStream, randomKey } from "../base/random.ts";
import type { Images } from "./dataset.ts";
import { imageBytes, prefetchOf } from "./images.ts";

/** White from the middle on: 128 and above. */
const THRESHOLD = 128;

/** Draws every pixel in place. White has probability v/255 up to 2⁻¹⁶; black and white stay as they are. */
function binarize(pixels: Uint8Array, at: RandomStream): void {
  const { k0, k1, c1, c2, c3 } = randomKey(at);
  const words = new Uint32Array(4);
  for (let start = 0; start < pixels.length; start += 8) {
    const end = Math.min(start + 8, pixels.length);
    if (!hasGrey(pixels, start, end)) continue;
    philox4x32(k0, k1, start / 8, c1, c2, c3, words);
    for (let i = start; i < end; i++) {
      const half = (words[(i - start) >> 1]! >>> (16 * (i & 1))) & 0xffff;
      pixels[i] = half * 255 < pixels[i]! * 65536 ? 255 : 0;
    }
  }
}

/** Blocks without grey, most of MNIST, need no random numbers. */
function hasGrey(pixels: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (pixels[i] !== 0 && pixels[i] !== 255) return true;
  return false;
}

/** How grey pixels become black and white. */
export type Binarization = "none" | "static" | "dynamic";

/**
 * `images` in black and white. "static": by the threshold. "dynamic": drawn from the stream that a reader gives,
 * and from one fixed for each image of the set for a reader that gives none.
 */
export function binarizeImages(images: Images, mode: Binarization): Images {
  if (mode === "none") return images;
  const size = imageBytes(images);
  const { count, height, width, channels } = images;
  return {
    count,
    height,
    width,
    channels,
    read(indices, into, draw) {
      images.read(indices, into, draw);
      if (mode === "static") divide(into);
      else if (draw !== undefined) binarize(into, draw);
      else {
        for (let i = 0; i < indices.length; i++) {
          const fixed = { seed: 0, stream: "binarize", step: indices[i]! };
          binarize(into.subarray(i * size, (i + 1) * size), fixed);
        }
      }
    },
    ...prefetchOf(images),
  };
}

function divide(pixels: Uint8Array): void {
  for (let i = 0; i < pixels.length; i++) pixels[i] = pixels[i]! < THRESHOLD ? 0 : 255;
}
