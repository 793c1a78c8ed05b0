/** Whether pixels are binary: what decides if a Bernoulli likelihood is one. */

import type { Images } from "./dataset.ts";
import { imageBytes } from "./images.ts";

/** Bytes that are looked at of a set that may be binary; any other set ends the search at its first grey pixel. */
const LOOKED_AT = 32 * 2 ** 20;

/** True when every pixel is 0 or 255: of all images, or of an even sample of a set above 32 MiB. */
export function isBinary(images: Images): boolean {
  const size = imageBytes(images);
  const total = Math.max(1, Math.min(images.count, Math.floor(LOOKED_AT / size)));
  const perRead = Math.max(1, Math.floor(2 ** 18 / size));
  for (let start = 0; start < total; start += perRead) {
    const indices = Array.from({ length: Math.min(perRead, total - start) }, (_, i) =>
      Math.floor(((start + i) * images.count) / total),
    );
    const pixels = new Uint8Array(indices.length * size);
    images.read(indices, pixels);
    if (!pixels.every((value) => value === 0 || value === 255)) return false;
  }
  return true;
}
