/**
 * Pictures to pixels by sharp: turned upright as the camera says (EXIF), cropped around the centre to the
 * wanted proportions, resized, grey or RGB in sRGB. Of an animation the first frame. The only importer of sharp in
 * this room; loaded when a folder is opened and not before.
 */

import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import sharp from "sharp";
import type { DecodeOptions } from "./pack.ts";

// Pictures are the unit of parallelism, so one thread each; and each is seen once, so nothing is worth keeping.
sharp.concurrency(1);
sharp.cache(false);

/** How many pictures are on their way at once: twice the cores, since each waits for the disk and for its turn. */
export const parallelDecodes = 2 * availableParallelism();

export interface DecodedPicture {
  /** `[height, width, channels]`. */
  readonly pixels: Uint8Array;
  /** As it lay in the file, upright. */
  readonly originalWidth: number;
  readonly originalHeight: number;
  /** True when a part of it could be seen through, and was laid on the background. */
  readonly transparent: boolean;
}

/** Decodes one picture. Rejects when it can't be read to its end. */
export async function decodePicture(path: string, options: DecodeOptions): Promise<DecodedPicture> {
  const { height, width, channels, background } = options;
  // Read here and once: from the file itself libvips reads piece by piece, and again for the metadata (a fifth slower).
  const file = await readFile(path);
  // "error": a photograph that a camera wrote slightly wrong (a warning) is still a photograph; a torn one isn't.
  const picture = sharp(file, { failOn: "error", pages: 1 });
  const metadata = await picture.metadata();
  const original = metadata.autoOrient;
  const transparent = metadata.hasAlpha === true && !(await sharp(file, { pages: 1 }).stats()).isOpaque;
  const pipeline = picture
    .autoOrient()
    .flatten({ background })
    .resize(width, height, { fit: "cover", position: "centre" });
  const coloured = channels === 1 ? pipeline.greyscale() : pipeline.toColourspace("srgb");
  const { data, info } = await coloured.raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  if (info.channels !== channels || info.width !== width || info.height !== height) {
    throw new Error(`decoded to ${info.height}×${info.width}×${info.channels}`);
  }
  return { pixels: data, originalWidth: original.width, originalHeight: original.height, transparent };
}
