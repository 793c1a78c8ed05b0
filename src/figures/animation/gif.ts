/**
 * Frames to GIF bytes, small enough for a README: one palette for all frames (greys where all is grey), and what
 * does not change from one frame to the next is not written again. Frames are rasters; text is already in them.
 */
/// <reference path="./gifenc.d.ts" />
import { BetalabError } from "../../base/errors.ts";
import { endToEnd, range } from "../../base/lists.ts";
import { breathe } from "../../base/progress.ts";
import type { Raster } from "../raster.ts";

export interface GifOptions {
  /** Time of each frame in milliseconds, a multiple of 10 as the format has it. Default 80. */
  readonly milliseconds?: number;
  /** Time of the last frame. Default: that of the others, so that the timing is even. */
  readonly lastMilliseconds?: number;
}

/** Greys that are told apart: with the transparent entry 32 colours, 5 bits a pixel. More look the same and cost more. */
const GREYS = 31;
const COLORS = 255;

/** The format has 16 bits for each side. */
const LARGEST = 2 ** 16 - 1;

/** Difference between channels that still counts as grey. */
const NEARLY = 24;

type Color = readonly [number, number, number];

/**
 * An animation that repeats for ever. Throws `BetalabError` "shape" when there is no frame, or the sizes differ or are
 * too large.
 */
export async function encodeGif(frames: readonly Raster[], options: GifOptions = {}): Promise<Uint8Array> {
  const { milliseconds = 80, lastMilliseconds = milliseconds } = options;
  const { width, height } = checkFrames(frames);
  const gifenc = await loadGifenc();
  const grey = frames.every(isGrey);
  const palette: readonly Color[] = grey ? greys() : gifenc.quantize(rgbaSample(frames), COLORS);
  const transparent = palette.length;
  // The table has a power of two entries; the one after the last colour means "as before".
  const colorDepth = Math.max(2, Math.ceil(Math.log2(palette.length + 1)));
  const encoder = gifenc.GIFEncoder();
  // A grey that is one of 31 levels off is not seen in motion, and leaving it saves a fifth of the file.
  const tolerance = grey ? 1 : 0;
  let shown: Uint8Array | undefined;
  for (const [at, frame] of frames.entries()) {
    await breathe();
    const indices = grey ? greyIndices(frame) : gifenc.applyPalette(rgba(frame), palette);
    const last = at === frames.length - 1;
    encoder.writeFrame(
      shown === undefined ? indices : changes(indices, shown, transparent, tolerance),
      width,
      height,
      {
        ...(at === 0 && { palette: [...palette, [0, 0, 0]], repeat: 0 }),
        delay: last ? lastMilliseconds : milliseconds,
        colorDepth,
        transparent: at > 0,
        transparentIndex: transparent,
        dispose: 1,
      },
    );
    shown ??= indices;
  }
  encoder.finish();
  return encoder.bytes();
}

/** The library in either of its builds: CommonJS in Node, modules in a page. */
async function loadGifenc() {
  const { default: commonJs, GIFEncoder, quantize, applyPalette } = await import("gifenc");
  return GIFEncoder === undefined ? commonJs : { GIFEncoder, quantize, applyPalette };
}

function checkFrames(frames: readonly Raster[]): Raster {
  const [first] = frames;
  const other = frames.find(({ width, height }) => width !== first!.width || height !== first!.height);
  const size = ({ width, height }: Raster): string => `${width}×${height}`;
  const wrong = (problem: string) => new BetalabError("shape", `animation: ${problem}`);
  if (first === undefined) throw wrong("no frames");
  if (other) throw wrong(`a frame of ${size(other)} among frames of ${size(first)}`);
  if (Math.max(first.width, first.height) > LARGEST)
    throw wrong(
      `frames of ${size(first)} pixels, where a GIF has ${LARGEST} at most each way: show fewer images`,
    );
  return first;
}

/** Whether all is grey, or nearly: the theme's ink and its second rank are a little blue. */
function isGrey({ pixels }: Raster): boolean {
  for (let i = 0; i < pixels.length; i += 3) {
    const [red, green, blue] = [pixels[i]!, pixels[i + 1]!, pixels[i + 2]!];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > NEARLY) return false;
  }
  return true;
}

function greys(): Color[] {
  return Array.from({ length: GREYS }, (_, i): Color => {
    const value = Math.round((255 * i) / (GREYS - 1));
    return [value, value, value];
  });
}

function greyIndices({ pixels }: Raster): Uint8Array {
  return Uint8Array.from({ length: pixels.length / 3 }, (_, i) =>
    Math.round((pixels[3 * i + 1]! * (GREYS - 1)) / 255),
  );
}

/** What has to be written over `shown`; it becomes what is then seen. */
function changes(indices: Uint8Array, shown: Uint8Array, transparent: number, tolerance: number): Uint8Array {
  return indices.map((index, at) => {
    if (Math.abs(index - shown[at]!) <= tolerance) return transparent;
    shown[at] = index;
    return index;
  });
}

function rgba({ pixels }: Raster): Uint8Array {
  const result = new Uint8Array((pixels.length / 3) * 4).fill(255);
  for (let from = 0, to = 0; from < pixels.length; from += 3, to += 4) {
    result[to] = pixels[from]!;
    result[to + 1] = pixels[from + 1]!;
    result[to + 2] = pixels[from + 2]!;
  }
  return result;
}

/** Up to eight frames, evenly spread, to choose colours from. */
function rgbaSample(frames: readonly Raster[]): Uint8Array {
  const count = Math.min(8, frames.length);
  const [first, ...others] = range(count).map((i) => rgba(frames[Math.floor((i * frames.length) / count)]!));
  return endToEnd(first!, ...others);
}
