/**
 * Pictures to pixels by sharp: turned upright as the camera says (EXIF), cropped around the centre to the
 * wanted proportions, resized, grey or RGB in sRGB. Of an animation the first frame, of several pages the first one. The
 * only importer of sharp in this room; loaded when a folder is opened and not before.
 */

import sharp, { type Metadata, type Sharp } from "sharp";
import type { NumberName } from "../formats/numbers.ts";
import { decideRange, toPixels, type ValueRange, ValueScan } from "../range.ts";
import { decodeBmp, isBmp } from "./bmp.ts";
import { pngFrames } from "./png.ts";
import type { PictureFile } from "./scan.ts";

// Pictures are the unit of parallelism, so one thread each; and each is seen once, so nothing is worth keeping.
sharp.concurrency(1);
sharp.cache(false);

/** Pixels of the largest picture that is decoded; the largest cameras have 2²⁷. */
const mostPixels = 2 ** 27;

/** What becomes of a picture; part of the cache's key. */
export interface DecodeOptions {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /** What transparent pictures are laid on. */
  readonly background: "white" | "black";
  /** Which values are black and white in pictures of more than 8 bits; default: what all of them make clear. */
  readonly range?: ValueRange | undefined;
}

export interface DecodedPicture {
  /** `[height, width, channels]`. */
  readonly pixels: Uint8Array;
  /** As it lay in the file, upright. */
  readonly originalWidth: number;
  readonly originalHeight: number;
  /** True when a part of it could be seen through, and was laid on the background. */
  readonly transparent: boolean;
  /** Frames or pages of the file, of which this is the first. */
  readonly frames: number;
}

/** The values of a picture of more than 8 bits, as they lie in the file, upright. */
export interface DeepPicture {
  readonly type: NumberName;
  /** `[height, width, channels]`. */
  readonly values: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/** libvips' names of types. */
const types: Readonly<Record<string, NumberName>> = {
  ushort: "uint16",
  short: "int16",
  uint: "uint32",
  int: "int32",
  char: "int8",
  float: "float32",
  double: "float64",
};

/**
 * Decodes one picture. Rejects when it can't be read to its end.
 *
 * @param ranges which values are black and white in pictures of more than 8 bits, by type, asked for such a picture; without it
 *   each decides for itself
 */
export async function decodePicture(
  file: Uint8Array,
  options: DecodeOptions,
  ranges?: () => Promise<ReadonlyMap<NumberName, ValueRange>>,
): Promise<DecodedPicture> {
  const { height, width, channels, background } = options;
  requirePicture(file);
  const { picture, original, alpha, frames } = await openPicture(file, background, ranges);
  const transparent = alpha && !(await from(file).stats()).isOpaque;
  const pipeline = picture.resize(width, height, { fit: "cover", position: "centre" });
  const coloured = channels === 1 ? pipeline.greyscale() : pipeline.toColourspace("srgb");
  const { data, info } = await coloured.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  if (info.channels !== channels || info.width !== width || info.height !== height) {
    throw new Error(`decoded to ${info.height}×${info.width}×${info.channels}`);
  }
  const { width: originalWidth, height: originalHeight } = original;
  return { pixels: data, originalWidth, originalHeight, transparent, frames };
}

/** The values of a picture that has more than 8 bits; nothing for any other, and for one that can't be read. */
export async function deepPicture(
  { path, read }: Pick<PictureFile, "path" | "read">,
  background: "white" | "black",
): Promise<DeepPicture | undefined> {
  try {
    // A PNG says in its 25th byte how many bits a value has: most need not be opened for it.
    if (/\.png$/i.test(path) && (await read(25))[24] !== 16) return undefined;
    const file = await read();
    requirePicture(file);
    if (isBmp(file)) return undefined;
    const metadata = await from(file).metadata();
    return types[metadata.depth ?? ""] === undefined
      ? undefined
      : await deepValues(file, metadata, background);
  } catch {
    return undefined;
  }
}

async function openPicture(
  file: Uint8Array,
  background: "white" | "black",
  ranges: (() => Promise<ReadonlyMap<NumberName, ValueRange>>) | undefined,
): Promise<{ picture: Sharp; original: { width: number; height: number }; alpha: boolean; frames: number }> {
  if (isBmp(file)) {
    const { pixels, width, height } = decodeBmp(file, mostPixels);
    const picture = sharp(pixels, { raw: { width, height, channels: 3 } });
    return { picture, original: { width, height }, alpha: false, frames: 1 };
  }
  const picture = from(file);
  const metadata = await picture.metadata();
  const about = {
    alpha: metadata.hasAlpha === true,
    frames: metadata.pages ?? (metadata.format === "png" ? pngFrames(file) : 1),
  };
  if (types[metadata.depth ?? ""] !== undefined) {
    const deep = await deepValues(file, metadata, background);
    const { width, height, channels } = deep;
    const range = (await ranges?.())?.get(deep.type) ?? ownRange(deep);
    const picture = sharp(toPixels(deep.values, range), { raw: { width, height, channels } });
    return { picture, original: { width, height }, ...about };
  }
  return { picture: picture.autoOrient().flatten({ background }), original: metadata.autoOrient, ...about };
}

function ownRange({ type, values }: DeepPicture): ValueRange {
  const scan = new ValueScan();
  scan.add(values);
  return decideRange(type, scan, undefined, "the picture").range;
}

async function deepValues(
  file: Uint8Array,
  metadata: Metadata,
  background: "white" | "black",
): Promise<DeepPicture> {
  const type = types[metadata.depth!]!;
  const upright = from(file).autoOrient().flatten({ background });
  const grey = (metadata.channels ?? 1) < 3;
  // Only 16 bits have colour spaces of their own; without them libvips would turn the values into 8 bits.
  const words = type === "uint16";
  const space = words ? (grey ? "grey16" : "rgb16") : grey ? "b-w" : "srgb";
  const { data, info } = await upright
    .toColourspace(space)
    .raw({ depth: words ? "ushort" : "double" })
    .toBuffer({ resolveWithObject: true });
  const bytes = Uint8Array.from(data).buffer;
  const { width, height, channels } = info;
  if (channels !== 1 && channels !== 3) throw new Error(`${channels} channels of ${metadata.depth}`);
  return { type, values: words ? new Uint16Array(bytes) : new Float64Array(bytes), width, height, channels };
}

// "error": a photograph that a camera wrote slightly wrong (a warning) is still a photograph; a torn one isn't.
const from = (file: Uint8Array): Sharp =>
  sharp(file, { failOn: "error", pages: 1, limitInputPixels: mostPixels });

/** Throws for other formats, whatever the file's name. */
function requirePicture(file: Uint8Array): void {
  if (file.length === 0) throw new Error("it is empty");
  const beginning = Buffer.from(file.subarray(0, 12)).toString("latin1");
  const known = /^(\xff\xd8\xff|\x89PNG|GIF8|RIFF....WEBP|II[*+]\0|MM\0[*+]|....ftyp(avif|avis|mif1)|BM)/s;
  if (!known.test(beginning))
    throw new Error(`it begins with ${JSON.stringify(beginning.slice(0, 5))}, as no picture does`);
}
