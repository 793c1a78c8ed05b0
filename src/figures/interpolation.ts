/** The pictures of interpolations: strips between two images, and the grid between four. */
import { endToEnd } from "../base/lists.ts";
import { composeGrid, enlargement, layoutBlocks } from "./grid.ts";
import { blankRaster, type ImageStack, type Picture, paintImage, paintRaster } from "./raster.ts";
import { labelledSheet } from "./sheet.ts";
import { fontSize, light, spacing, type Theme } from "./theme.ts";

/** One way between the two images. */
export interface InterpolationRow {
  /** "linear", "spherical". */
  readonly label: string;
  /** The decoded steps, both ends included. */
  readonly images: ImageStack;
}

/**
 * Rows of decoded steps, the first and the last image themselves on either side.
 *
 * @param ends the two original images (more are left out)
 * @param names of the two images, above them
 */
export function interpolationStrip(
  ends: ImageStack,
  rows: readonly InterpolationRow[],
  names: readonly [string, string],
  theme: Theme = light,
): Picture {
  const steps = rows[0]!.images.count;
  const { gap, groupGap, margin } = spacing;
  const scale = enlargement(ends.width, steps + 2, gap, 1100);
  const cell = { width: ends.width * scale, height: ends.height * scale };
  const [first, ...others] = rows.map(({ images }) => images.pixels);
  const all = { ...rows[0]!.images, count: rows.length * steps, pixels: endToEnd(first!, ...others) };
  const middle = labelledSheet(all, {
    rows: rows.map(({ label }) => ({ label })),
    columns: steps,
    targetWidth: steps * (cell.width + gap) - gap,
    theme,
  });
  const header = fontSize.body + 14;
  const side = cell.width + groupGap;
  const raster = blankRaster(middle.raster.width + 2 * side, middle.raster.height + header, theme.background);
  paintRaster(raster, middle.raster, side, header);
  const top = header + (middle.raster.height - cell.height) / 2;
  const right = raster.width - margin - cell.width;
  paintImage(raster, ends, 0, margin, Math.round(top), scale);
  paintImage(raster, ends, 1, right, Math.round(top), scale);
  const title = { y: Math.round(top) - 9, size: fontSize.body, weight: 600 as const, color: theme.ink };
  return {
    raster,
    captions: [
      ...middle.captions.map((caption) => ({ ...caption, x: caption.x + side, y: caption.y + header })),
      { ...title, text: names[0], x: margin, anchor: "start" },
      { ...title, text: names[1], x: right + cell.width, anchor: "end" },
    ],
  };
}

/** `size` × `size` images between four corners. */
export function interpolationGridPicture(images: ImageStack, size: number, theme: Theme = light): Picture {
  const raster = composeGrid(images, { columns: size, gap: 0, background: theme.background });
  return layoutBlocks([{ raster }], theme);
}
