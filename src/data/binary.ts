/** Whether pixels are binary: what decides if a Bernoulli likelihood is one. */

import type { Images } from "./dataset.ts";
import { inSamples } from "./images.ts";

/** Bytes that are looked at of a set that may be binary; any other set ends the search at its first grey pixel. */
const LOOKED_AT = 32 * 2 ** 20;

/** True when every pixel is 0 or 255: of all images, or of an even sample of a set above 32 MiB. */
export function isBinary(images: Images): boolean {
  for (const { pixels } of inSamples(images, LOOKED_AT)) {
    if (!pixels.every((value) => value === 0 || value === 255)) return false;
  }
  return true;
}
