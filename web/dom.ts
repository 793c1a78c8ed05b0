/** Elements and pixels. */

import type { ImageShape } from "../src/models/index.ts";

/** The element `id`, which the page has. */
export function element<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found as T;
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

/** Where in an element a pointer is, in the element's own pixels: those of `offsetX` are larger under CSS's `zoom`. */
export function placeIn(element: Element, { clientX, clientY }: MouseEvent): [number, number] {
  const { left, top, width, height } = element.getBoundingClientRect();
  const { clientWidth, clientHeight } = element;
  return [((clientX - left) / width) * clientWidth, ((clientY - top) / height) * clientHeight];
}

/** The value of one of the page's colours now. */
export function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Hands a file to the person. */
export function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Saved pictures are at least this large. */
const SAVED_SIZE = 512;

/** A canvas as PNG, every pixel a square. */
export function savePicture(canvas: HTMLCanvasElement, name: string): void {
  const scale = Math.max(1, Math.ceil(SAVED_SIZE / Math.max(canvas.width, canvas.height)));
  const large = document.createElement("canvas");
  large.width = canvas.width * scale;
  large.height = canvas.height * scale;
  const context = large.getContext("2d")!;
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, 0, 0, large.width, large.height);
  large.toBlob((blob) => download(blob!, name));
}

/** Closes a menu, and puts the focus back on what opens it. */
export function closeOnEscape(event: KeyboardEvent, menu: HTMLDetailsElement | undefined): void {
  if (event.key !== "Escape" || menu?.open !== true) return;
  menu.open = false;
  menu.querySelector("summary")?.focus();
}
