/** Grids of images for a page: at their own size, and transparent between them, so that they lie on any paper. Node only. */

import sharp from "sharp";
import { type Cell, composeCells, type GridOptions, type ImageStack, type Raster } from "../figures/index.ts";
import type { PageGrid } from "./parts.ts";

/** `composeCells` at scale 1, the gaps transparent. */
export async function pageGrid(
  cells: readonly Cell[],
  { height, width }: ImageStack,
  options: Pick<GridOptions, "columns" | "rowsPerGroup" | "gap" | "groupGap">,
): Promise<PageGrid> {
  const layout = { gap: 1, groupGap: 3, ...options, scale: 1 };
  const colors = composeCells(cells, height, width, layout);
  // The same grid of white images on black says where images are.
  const pixels = new Uint8Array(height * width).fill(255);
  const white: ImageStack = { count: 1, height, width, channels: 1, pixels };
  const covered = composeCells(
    cells.map((cell) => cell && { images: white, index: 0 }),
    height,
    width,
    { ...layout, background: "#000000" },
  );
  return { png: await encode(colors, covered), width: colors.width, height: colors.height };
}

/** Images side by side without gaps, for a script to cut out again. */
export async function pictureSheet(images: ImageStack, columns: number): Promise<PageGrid> {
  const cells = Array.from({ length: images.count }, (_, index) => ({ images, index }));
  return pageGrid(cells, images, { columns, gap: 0 });
}

async function encode({ width, height, pixels }: Raster, covered: Raster): Promise<Uint8Array> {
  const rgba = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    rgba.set(pixels.subarray(3 * i, 3 * i + 3), 4 * i);
    rgba[4 * i + 3] = covered.pixels[3 * i]!;
  }
  const image = sharp(rgba, { raw: { width, height, channels: 4 } });
  return new Uint8Array(await image.png({ compressionLevel: 9 }).toBuffer());
}
