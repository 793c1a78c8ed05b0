/** A line of text above a finished picture: what it shows, of which run, at which step. */

import { textWidth } from "./charts/text.ts";
import { blankRaster, type Picture, paintRaster } from "./raster.ts";
import { fontSize, light, spacing, type Theme } from "./theme.ts";

/** What a title adds to the height of a picture, in pixels: it stands in the margin that the picture has already. */
export const titleHeight: number = fontSize.title + 6;

/** The picture under a title, and wider where the title is. */
export function titled({ raster, captions }: Picture, title: string, theme: Theme = light): Picture {
  const { margin } = spacing;
  // Semibold is a little wider than the regular widths that are known.
  const needed = Math.ceil(1.05 * textWidth(title, fontSize.title)) + 2 * margin;
  const width = Math.max(raster.width, needed);
  const made = blankRaster(width, raster.height + titleHeight, theme.background);
  paintRaster(made, raster, 0, titleHeight);
  return {
    raster: made,
    captions: [
      {
        text: title,
        x: margin,
        y: margin + fontSize.title - 4,
        anchor: "start",
        size: fontSize.title,
        weight: 600,
        color: theme.ink,
      },
      ...captions.map((caption) => ({ ...caption, y: caption.y + titleHeight })),
    ],
  };
}
