/** How many images go through a model at a time. */

import type { Vae } from "./vae.ts";

/**
 * Images that one call outside of training takes: enough to keep the cores busy, few enough that it is over in a moment and
 * needs little memory beside a training's.
 */
export function rowsPerCall({ image: { height, width, channels } }: Pick<Vae, "image">): number {
  return Math.min(512, Math.max(8, Math.floor(400_000 / (height * width * channels))));
}
