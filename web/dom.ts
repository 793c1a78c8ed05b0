/** Elements and pixels. */

import type { ImageShape } from "../src/models/index.ts";

/** The element `id`, which the page has. */
export function element<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found as T;
}

export function all<T extends HTMLElement>(selector: string): T[] {
  return [...document.querySelectorAll<T>(selector)];
}

/** Puts an image, uint8 `[height, width, channel]`, on a canvas of its own size. */
export function paint(
  canvas: HTMLCanvasElement,
  pixels: Uint8Array,
  { height, width, channels }: ImageShape,
): void {
  const rgba = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgba.data[4 * i + c] = pixels[i * channels + (channels === 1 ? 0 : c)]!;
    rgba.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d")!.putImageData(rgba, 0, 0);
}

/** The value of one of the page's colours now. */
export function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
