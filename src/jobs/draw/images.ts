/** Picking images out of a stack. */

/** The images `order` of a stack. */
export function pick<
  T extends { count: number; height: number; width: number; channels: 1 | 3; pixels: Uint8Array },
>(images: T, order: readonly number[]): T {
  const size = images.height * images.width * images.channels;
  const pixels = new Uint8Array(order.length * size);
  order.forEach((from, to) => {
    pixels.set(images.pixels.subarray(from * size, (from + 1) * size), to * size);
  });
  return { ...images, count: order.length, pixels };
}
