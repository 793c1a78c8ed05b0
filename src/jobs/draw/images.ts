/** Picking images out of a stack. */

import { takeRows } from "../../base/linear-algebra.ts";
import type { ImageStack } from "../../figures/index.ts";

export function pick<T extends ImageStack>(images: T, order: readonly number[]): T {
  const pixels = takeRows(images.pixels, images.height * images.width * images.channels, order);
  return { ...images, count: order.length, pixels };
}
