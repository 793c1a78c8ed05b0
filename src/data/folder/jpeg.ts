/**
 * Plain JPEG files (baseline, 8 bits, grey or YCbCr, neither turned nor with a colour profile) by libjpeg-turbo in WebAssembly:
 * the same pixels as libvips', without its pipeline. Everything else, and what is damaged, is left to libvips.
 *
 * https://www.w3.org/Graphics/JPEG/itu-t81.pdf, B
 */

import type { PictureMemory, PlacedPixels } from "./picture-memory.ts";

export interface PictureHeader {
  readonly width: number;
  readonly height: number;
  /** Of the pixels as decoded, without transparency. */
  readonly channels: 1 | 3;
}

/** What a plain JPEG file's frame says; nothing of any other file. */
export function jpegHeader(file: Uint8Array): PictureHeader | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let frame: PictureHeader | undefined;
  for (let at = 2; at + 4 <= file.length; ) {
    const marker = view.getUint16(at);
    const length = view.getUint16(at + 2);
    if (marker === SCAN) return frame;
    if (marker === BASELINE || marker === EXTENDED) {
      const components = file[at + 9];
      if (frame || file[at + 4] !== 8 || length < 8 || (components !== 1 && components !== 3))
        return undefined;
      frame = { height: view.getUint16(at + 5), width: view.getUint16(at + 7), channels: components };
    } else if (!harmless.has(marker)) return undefined;
    at += 2 + length;
  }
  return undefined;
}

const [BASELINE, EXTENDED, SCAN] = [0xffc0, 0xffc1, 0xffda];
/** Tables, restart intervals, comments; of applications' segments JFIF, Photoshop's and Adobe's: not EXIF, profiles, gain maps. */
const harmless = new Set([0xffc4, 0xffdb, 0xffdd, 0xfffe, 0xffe0, 0xffed, 0xffee]);

const [TJPF_RGB, TJPF_GRAY] = [0, 6];

/**
 * Decodes at 1/`divisor` of its size, broken pixels at the right and below included. Nothing where libjpeg-turbo has a warning;
 * throws where it fails, and the memory is of no use any more.
 */
export function decodeJpeg(
  file: Uint8Array,
  { width, height, channels }: PictureHeader,
  divisor: 1 | 2 | 4 | 8,
  memory: PictureMemory,
): PlacedPixels | undefined {
  const eighths = (count: number) => [width, height].map((size) => Math.ceil((count * size) / 8));
  const [outWidth, outHeight] = eighths(8 / divisor) as [number, number];
  // It takes the largest of its scales, all of them eighths, that is not above the size wanted.
  const [nextWidth, nextHeight] = eighths(8 / divisor + 1) as [number, number];
  if (nextWidth <= outWidth && nextHeight <= outHeight) return undefined;
  const stride = outWidth * channels;
  const encoded = memory.place("file", file);
  const address = memory.room("pixels", stride * (outHeight + 1));
  const format = channels === 1 ? TJPF_GRAY : TJPF_RGB;
  const { turbo } = memory;
  const decoder = turbo.tjInitDecompress();
  const failed = turbo.tjDecompress2(
    decoder,
    encoded,
    file.length,
    address,
    outWidth,
    stride,
    outHeight,
    format,
    0,
  );
  turbo.tjDestroy(decoder);
  return failed ? undefined : { address, stride };
}
