/**
 * The quick way for plain pictures: decoded, made smaller and cropped in one memory, without libvips' pipeline, which takes a
 * millisecond to set up. The pixels are those of `decode.ts` to the bit; what is not plain, or damaged, is left to it.
 */

import { readFileSync } from "node:fs";
import type { DecodedPicture, DecodeOptions } from "./decode.ts";
import { decodeJpeg, jpegHeader, type PictureHeader } from "./jpeg.ts";
import { PictureMemory, type PictureModules, type PlacedPixels } from "./picture-memory.ts";
import { decodePng, pngHeader } from "./png.ts";
import { columnStep, coverTaps, type PictureTaps } from "./reduce.ts";

/** Bytes of a file, and of its pixels as decoded, at most: to larger ones libvips' start is nothing. */
const MOST_BYTES = 2 ** 24;
/** Pixels of a file; more are for `decode.ts` to refuse. */
const MOST_PIXELS = 2 ** 27;

/** A file's path, or what is in it. */
export type Encoded = string | Uint8Array;

/** Decodes plain pictures, one after the other. */
export class PlainDecoder {
  readonly #options: DecodeOptions;
  readonly #modules: PictureModules;
  #memory: PictureMemory;
  /** What lies in the memory. */
  #taps: PictureTaps | undefined;

  constructor(options: DecodeOptions, modules: PictureModules) {
    this.#options = options;
    this.#modules = modules;
    this.#memory = new PictureMemory(modules);
  }

  /** The picture, or nothing where it is not plain, damaged, or can't be read. */
  decode(encoded: Encoded): DecodedPicture | undefined {
    try {
      const file = typeof encoded === "string" ? readFileSync(encoded) : encoded;
      if (file.length > MOST_BYTES) return undefined;
      return isPng(file) ? this.#png(file) : isJpeg(file) ? this.#jpeg(file) : undefined;
    } catch {
      // libjpeg-turbo leaves half done what it was at. Whoever reads the file next says what is wrong with it.
      this.#memory = new PictureMemory(this.#modules);
      this.#taps = undefined;
      return undefined;
    }
  }

  #png(file: Uint8Array): DecodedPicture | undefined {
    const header = pngHeader(file);
    if (!header || header.width * header.height * header.pixelBytes > MOST_BYTES) return undefined;
    const taps = tapsOf(header, header, this.#options);
    const decoded = taps && decodePng(header, this.#memory);
    return decoded && this.#reduce(header, decoded, taps);
  }

  #jpeg(file: Uint8Array): DecodedPicture | undefined {
    const header = jpegHeader(file);
    if (!header || header.width * header.height > MOST_PIXELS) return undefined;
    const divisor = jpegDivisor(header, this.#options);
    const [width, height] = [header.width, header.height].map((size) => Math.floor(size / divisor));
    if (width! * height! * header.channels > MOST_BYTES) return undefined;
    const taps = tapsOf(header, { width: width!, height: height! }, this.#options);
    const decoded = taps && decodeJpeg(file, header, divisor, this.#memory);
    return decoded && this.#reduce(header, decoded, taps);
  }

  #reduce(header: PictureHeader, { address, stride }: PlacedPixels, taps: PictureTaps): DecodedPicture {
    const memory = this.#memory;
    const { channels } = header;
    const { rows, columns } = taps;
    const { width, height } = this.#options;
    // Of each row only what columns are made of.
    const first = columns.starts[0]! * channels;
    const length = (columns.starts.at(-1)! + columns.count) * channels - first;
    const recordBytes = 4 + 2 * columns.count;
    const weights = memory.room("weights", rows.weights.byteLength);
    const records = memory.room("records", width * recordBytes);
    if (rows !== this.#taps?.rows || columns !== this.#taps.columns) {
      memory.bytes(weights, rows.weights.byteLength).set(new Uint8Array(rows.weights.buffer));
      columns.starts.forEach((start, i) => {
        const record = memory.bytes(records + i * recordBytes, recordBytes);
        const own = columns.weights.slice(i * columns.count, (i + 1) * columns.count);
        record.set(new Uint8Array(Int32Array.of(start * channels - first).buffer));
        record.set(new Uint8Array(own.buffer), 4);
      });
      this.#taps = taps;
    }
    const row = memory.room("row", length);
    const out = memory.room("out", width * height * channels);
    for (let y = 0; y < height; y++) {
      const from = address + rows.starts[y]! * stride + first;
      memory.rows(row, from, stride, weights + 2 * y * rows.count, rows.count / 2, length);
      const steps = columns.count / columnStep[channels];
      memory.columns[channels](out + y * width * channels, row, records, steps, width);
    }
    const reduced = memory.bytes(out, width * height * channels);
    const pixels = new Uint8Array(width * height * this.#options.channels);
    if (channels === this.#options.channels) pixels.set(reduced);
    else for (let i = 0; i < pixels.length; i++) pixels[i] = reduced[Math.floor(i / 3)]!;
    const { width: originalWidth, height: originalHeight } = header;
    return { pixels, originalWidth, originalHeight, transparent: false, frames: 1 };
  }
}

const isPng = (file: Uint8Array): boolean =>
  [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, i) => file[i] === byte);
const isJpeg = (file: Uint8Array): boolean => file[0] === 0xff && file[1] === 0xd8;

/** What each wanted pixel is made of; nothing where colours are to become grey, which libvips does in linear light. */
function tapsOf(
  { channels }: PictureHeader,
  decoded: { readonly width: number; readonly height: number },
  options: DecodeOptions,
): PictureTaps | undefined {
  return channels > options.channels ? undefined : coverTaps(decoded, options, columnStep[channels]);
}

/** By which part of its size `sharp` has a JPEG decoded. */
function jpegDivisor(from: PictureHeader, to: DecodeOptions): 1 | 2 | 4 | 8 {
  const shrink = Math.min(from.width / to.width, from.height / to.height);
  const divisor = shrink >= 8 ? 8 : shrink >= 4 ? 4 : shrink >= 2 ? 2 : 1;
  return divisor > 1 && Math.trunc(shrink) === divisor ? ((divisor / 2) as 1 | 2 | 4) : divisor;
}
