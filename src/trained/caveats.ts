/** Facts about the data that decide what a number means. */

import type { Images } from "../data/index.ts";
import { takeImages } from "../latent/index.ts";

/** Whether the first hundred images hold only 0 and 255. */
export function measureBinary(images: Images): boolean {
  const { pixels } = takeImages(
    images,
    Array.from({ length: Math.min(100, images.count) }, (_, i) => i),
  );
  return pixels.every((value) => value === 0 || value === 255);
}
