/**
 * Pixels and captions: what a picture is before it is a file. A raster is painted here, in plain TypeScript;
 * text stays text, with its place, because only the machine that encodes (resvg in Node, a canvas in a page)
 * has the font. Nothing here knows what the images mean.
 */
import { BetalabError } from "../base/errors.ts";
import type { ImageArray } from "../data/index.ts";
import { rgb } from "./theme.ts";

/** Equally sized images, `[count, height, width, channels]`, grey or RGB. */
export type ImageStack = ImageArray;

/** RGB pixels, `[height, width, 3]`. */
export interface Raster {
  readonly height: number;
  readonly width: number;
  readonly pixels: Uint8Array;
}

/** One line of text on a picture. */
export interface Caption {
  readonly text: string;
  /** Where the text begins, is centred or ends (`anchor`), and its baseline, in pixels from the top left. */
  readonly x: number;
  readonly y: number;
  readonly anchor: "start" | "middle" | "end";
  /** Height of the font in pixels. */
  readonly size: number;
  readonly weight: 400 | 600;
  readonly color: string;
}

/** A finished figure: pixels with text over them. */
export interface Picture {
  readonly raster: Raster;
  readonly captions: readonly Caption[];
}

/** Pixels of the largest picture: what sharp encodes. */
const MOST_PIXELS = 0x3fff ** 2;

/** `width` × `height` pixels of one colour. Throws `BetalabError` with code `usage` for more than can be encoded. */
export function blankRaster(width: number, height: number, color: string): Raster {
  if (width * height > MOST_PIXELS) {
    throw new BetalabError(
      "usage",
      `a picture of ${width}×${height} pixels is too large: it may have ${MOST_PIXELS}`,
      "show fewer images, or in other columns",
    );
  }
  const raster = { width, height, pixels: new Uint8Array(width * height * 3) };
  const [red, green, blue] = rgb(color);
  for (let at = 0; at < raster.pixels.length; at += 3) {
    raster.pixels[at] = red;
    raster.pixels[at + 1] = green;
    raster.pixels[at + 2] = blue;
  }
  return raster;
}

/** Throws `BetalabError` with code `shape` unless the stack's pixels are as many as its shape says. */
export function checkStack(stack: ImageStack): void {
  const { count, height, width, channels, pixels } = stack;
  if (count > 0 && height > 0 && width > 0 && pixels.length === count * height * width * channels) return;
  throw new BetalabError(
    "shape",
    `images of shape [${count}, ${height}, ${width}, ${channels}] with ${pixels.length} values`,
  );
}

/** Paints image `index` of `stack` with its top left corner at (left, top), every pixel as `scale`² pixels. */
export function paintImage(
  raster: Raster,
  stack: ImageStack,
  index: number,
  left: number,
  top: number,
  scale: number,
): void {
  const { height, width, channels, pixels } = stack;
  const rowBytes = raster.width * 3;
  for (let y = 0; y < height; y++) {
    const firstRow = (top + y * scale) * rowBytes + left * 3;
    let to = firstRow;
    for (let x = 0; x < width; x++) {
      const from = ((index * height + y) * width + x) * channels;
      for (let copy = 0; copy < scale; copy++) {
        raster.pixels[to++] = pixels[from]!;
        raster.pixels[to++] = pixels[channels === 1 ? from : from + 1]!;
        raster.pixels[to++] = pixels[channels === 1 ? from : from + 2]!;
      }
    }
    for (let copy = 1; copy < scale; copy++) {
      raster.pixels.copyWithin(firstRow + copy * rowBytes, firstRow, to);
    }
  }
}

/** Copies `source` into `raster` with its top left corner at (left, top); it must fit. */
export function paintRaster(raster: Raster, source: Raster, left: number, top: number): void {
  for (let y = 0; y < source.height; y++) {
    const row = source.pixels.subarray(y * source.width * 3, (y + 1) * source.width * 3);
    raster.pixels.set(row, ((top + y) * raster.width + left) * 3);
  }
}
