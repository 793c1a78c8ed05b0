/**
 * Plain PNG files (8 bits, grey, RGB, RGBA or a palette, neither interlaced nor with a colour profile) by zlib and a few loops:
 * the same pixels as libvips', without its pipeline. Everything else, and what is damaged, is left to libvips.
 *
 * https://www.w3.org/TR/png-3/
 */

import { crc32, inflateSync } from "node:zlib";
import type { PictureHeader } from "./jpeg.ts";
import type { PictureMemory, PlacedPixels } from "./picture-memory.ts";
import type { PngFilter } from "./unfilter-kernel.ts";

export interface PngHeader extends PictureHeader {
  /** Bytes of a pixel in the file. */
  readonly pixelBytes: 1 | 3 | 4;
  readonly palette: Uint8Array | undefined;
  readonly compressed: readonly Uint8Array[];
}

/** Chunks that change no pixel: libvips takes no notice of gamma. */
const harmless = new Set(["gAMA", "cHRM", "sRGB", "pHYs", "tIME", "bKGD", "tEXt", "iTXt", "zTXt"]);

/** What a plain PNG file holds, its checksums looked at; nothing of any other file. */
export function pngHeader(file: Uint8Array): PngHeader | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  let header: Pick<PngHeader, "width" | "height" | "pixelBytes"> | undefined;
  let palette: Uint8Array | undefined;
  let isPalette = false;
  const compressed: Uint8Array[] = [];
  for (let at = 8, last = ""; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const end = at + 12 + length;
    if (end > bytes.length) return undefined;
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) return undefined;
    const name = bytes.toString("latin1", at + 4, at + 8);
    const content = bytes.subarray(at + 8, end - 4);
    if ((at === 8) !== (name === "IHDR")) return undefined;
    if (name === "IHDR") {
      const [depth, kind, ...methods] = content.subarray(8);
      const pixelBytes = ({ 0: 1, 2: 3, 3: 1, 6: 4 } as const)[kind!];
      if (length !== 13 || depth !== 8 || !pixelBytes || methods.some((method) => method !== 0))
        return undefined;
      header = { width: content.readUInt32BE(0), height: content.readUInt32BE(4), pixelBytes };
      isPalette = kind === 3;
    } else if (name === "IDAT") {
      if (compressed.length > 0 && last !== "IDAT") return undefined;
      compressed.push(content);
    } else if (name === "PLTE") {
      if (palette || compressed.length > 0 || length % 3 !== 0) return undefined;
      palette = content;
    } else if (name === "IEND") {
      if (compressed.length === 0 || (isPalette && !palette)) return undefined;
      const channels = header!.pixelBytes === 1 && !isPalette ? 1 : 3;
      return { ...header!, channels, palette: isPalette ? palette : undefined, compressed };
    } else if (!harmless.has(name) || content.toString("latin1", 0, 11) === "Raw profile") return undefined;
    last = name;
    at = end;
  }
  return undefined;
}

/** Decodes into the memory; nothing where it is damaged, or a part can be seen through. */
export function decodePng(header: PngHeader, memory: PictureMemory): PlacedPixels | undefined {
  const { width, height, channels, pixelBytes, palette, compressed } = header;
  const stride = width * pixelBytes;
  const inflated = inflate(compressed, height * (stride + 1));
  if (!inflated) return undefined;
  const filtered = memory.place("filtered", inflated);
  // Above the first row everything is 0.
  const zeros = memory.room("rows", (height + 1) * stride);
  const bytes = memory.bytes(zeros, (height + 1) * stride).fill(0, 0, stride);
  for (let y = 0; y < height; y++) {
    const source = y * (stride + 1) + 1;
    const filter = inflated[source - 1]!;
    if (filter > 4) return undefined;
    if (filter === 0) bytes.set(inflated.subarray(source, source + stride), (y + 1) * stride);
    else {
      const above = zeros + y * stride;
      memory.unfilter[filter as PngFilter](above + stride, above, filtered + source, stride, pixelBytes);
    }
  }
  if (pixelBytes === 3 || channels === 1) return { address: zeros + stride, stride };
  const pixels = memory.room("pixels", width * height * 3);
  const into = memory.bytes(pixels, width * height * 3);
  const whole = memory.bytes(zeros + stride, height * stride);
  return (palette ? lookUp(whole, palette, into) : dropAlpha(whole, into))
    ? { address: pixels, stride: 3 * width }
    : undefined;
}

/** Frames of an animation (APNG), which libvips shows the still picture of; 1 for any other PNG file. */
export function pngFrames(file: Uint8Array): number {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 8; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const name = bytes.toString("latin1", at + 4, at + 8);
    if (name === "acTL") return bytes.readUInt32BE(at + 8);
    if (name === "IDAT") break;
  }
  return 1;
}

/** Exactly so many bytes; nothing where it is damaged (zlib looks at the checksum), or there are fewer or more. */
function inflate(compressed: readonly Uint8Array[], length: number): Uint8Array | undefined {
  try {
    const whole = compressed.length === 1 ? compressed[0]! : Buffer.concat(compressed);
    const options = { maxOutputLength: length, chunkSize: Math.max(64, Math.min(length + 64, 2 ** 20)) };
    const bytes = inflateSync(whole, options);
    return bytes.length === length ? bytes : undefined;
  } catch {
    return undefined;
  }
}

function lookUp(indices: Uint8Array, palette: Uint8Array, pixels: Uint8Array): boolean {
  for (let i = 0, to = 0; i < indices.length; i++) {
    const from = 3 * indices[i]!;
    if (from >= palette.length) return false;
    pixels[to++] = palette[from]!;
    pixels[to++] = palette[from + 1]!;
    pixels[to++] = palette[from + 2]!;
  }
  return true;
}

function dropAlpha(rows: Uint8Array, pixels: Uint8Array): boolean {
  for (let from = 0, to = 0; from < rows.length; from += 4) {
    if (rows[from + 3] !== 255) return false;
    pixels[to++] = rows[from]!;
    pixels[to++] = rows[from + 1]!;
    pixels[to++] = rows[from + 2]!;
  }
  return true;
}
