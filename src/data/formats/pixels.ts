/**
 * Array values to uint8 pixels. Pictures are stored as 0…255, as 0…1 (floats, or bytes as dSprites has them), or
 * as booleans; which one, the values themselves tell.
 */

import { BetalabError } from "../../base/errors.ts";
import { decodeNumbers, type NpyNumberType } from "./npy.ts";
import { wholeItems } from "./streams.ts";

/** What one unit of the array is in pixel values: 255 for arrays in 0…1, 1 for those in 0…255. */
export type PixelScale = 1 | 255;

/**
 * Finds the scale by looking at the values; stops at the first that decides. An array of nothing but 0 and 1 is
 * taken as black and white.
 *
 * Throws `data` for values outside 0…255 or not finite, naming the array.
 */
export async function findScale(
  chunks: AsyncIterable<Uint8Array>,
  type: NpyNumberType,
  itemSize: number,
  name: string,
): Promise<PixelScale> {
  if (type === "|b1") return 255;
  let aboveOne = false;
  for await (const chunk of wholeItems(chunks, itemSize)) {
    const values = type === "|u1" ? chunk : decodeNumbers(chunk, type, name);
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value > 1) aboveOne = true;
      if (!(value >= 0 && value <= 255)) throw outOfRange(name, value);
    }
    if (aboveOne && type === "|u1") break;
  }
  return aboveOne ? 1 : 255;
}

/** The array as uint8 pixels. Throws `data` for a value that the scale takes out of 0…255. */
export async function* toPixels(
  chunks: AsyncIterable<Uint8Array>,
  type: NpyNumberType,
  itemSize: number,
  scale: PixelScale,
  name: string,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of wholeItems(chunks, itemSize)) {
    if (type === "|u1" && scale === 1) {
      yield chunk;
      continue;
    }
    const values = type === "|u1" || type === "|b1" ? chunk : decodeNumbers(chunk, type, name);
    const limit = 255 / scale;
    const pixels = new Uint8Array(values.length);
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!(value >= 0 && value <= limit)) throw outOfRange(name, value, limit);
      pixels[i] = Math.round(value * scale);
    }
    yield pixels;
  }
}

function outOfRange(name: string, value: number, limit?: number): BetalabError {
  const range = limit === undefined ? "0…255 or 0…1" : `0…${limit}`;
  const hints = [
    ...(value < 0 && value >= -1 ? ["for images in −1…1, store (x + 1) / 2"] : []),
    // Only dSprites is read with a scale known beforehand.
    ...(limit === 1 && value > 1
      ? ["dSprites' pixels are 0 and 1; for other images use data.source: npz"]
      : []),
  ];
  return new BetalabError(
    "data",
    `${name}: the value ${value} is no pixel; these images are stored as ${range}`,
    hints[0] ?? "rescale the array",
  );
}
