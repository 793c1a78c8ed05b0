/** Picking images out of a stack. */

import { takeRows } from "../../base/linear-algebra.ts";

/** The images `order` of a stack. */
export function pick<
  T extends { count: number; height: number; width: number; channels: 1 | 3; pixels: Uint8Array },
>(images: T, order: readonly number[]): T {
  const pixels = takeRows(images.pixels, images.height * images.width * images.channels, order);
  return { ...images, count: order.length, pixels };
}
