/** Folders of painted pictures, and what is read of them. */

import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import sharp from "sharp";
import type { Dataset } from "../../src/data/index.ts";
import { openDataset } from "../../src/data/node.ts";
import type { DataConfigInput } from "../../src/data/sources/index.ts";
import { joinSplits } from "../../src/data/split.ts";
import { temporaryFolder } from "./data.ts";

export type FolderOptions = Omit<Extract<DataConfigInput, { source: "folder" }>, "source">;

export interface Colour {
  r: number;
  g: number;
  b: number;
  alpha?: number;
}

export const red = { r: 255, g: 0, b: 0 };
export const green = { r: 0, g: 255, b: 0 };
export const blue = { r: 0, g: 0, b: 255 };

/** A picture of one colour, in the format of the file's name. */
export async function paint(path: string, colour: Colour, width = 8, height = 8): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const channels = colour.alpha === undefined ? 3 : 4;
  await sharp({ create: { width, height, channels, background: colour } }).toFile(path);
}

export async function openFolder(
  path: string,
  options: FolderOptions = {},
  cacheDirectory = temporaryFolder(),
): Promise<Dataset> {
  return openDataset({ source: "folder", path, size: 4, ...options }, { cacheDirectory });
}

/** All images as one list of pixels each, sorted so that the split doesn't matter. */
export function imagesOf({ train, heldOut }: Dataset): number[][] {
  const { images } = joinSplits(train, heldOut);
  const size = images.height * images.width * images.channels;
  return Array.from({ length: images.count }, (_, i) => {
    const into = new Uint8Array(size);
    images.read([i], into);
    return [...into];
  }).sort((a, b) => a.join().localeCompare(b.join()));
}
