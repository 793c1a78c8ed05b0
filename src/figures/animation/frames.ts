/** Frames of animations: a titled grid for each moment, one for itself or several together. */
import { textWidth } from "../charts/text.ts";
import { type Block, composeGrid, layoutBlocks } from "../grid.ts";
import type { ImageStack, Picture } from "../raster.ts";
import { fontSize, light, type Theme } from "../theme.ts";

/** What one grid shows over time. */
export interface MovingGrid {
  /** `[frames · images, …]`: all images of the first frame, then all of the second. */
  readonly images: ImageStack;
  /** One for each frame, over the grid. */
  readonly titles: readonly string[];
}

export interface FrameOptions {
  /** Images in a row of each grid. */
  readonly imageColumns: number;
  /** Grids in a row. Default: all. */
  readonly columns?: number | undefined;
  /** Width in pixels that each grid comes close to by enlarging. */
  readonly targetWidth: number;
  /** Default light. */
  readonly theme?: Theme | undefined;
}

/** One picture a frame; all grids have the same number of frames. */
export function gridFrames(grids: readonly MovingGrid[], options: FrameOptions): Picture[] {
  const { imageColumns, columns = grids.length, targetWidth, theme = light } = options;
  const frames = grids[0]!.titles.length;
  // Over all frames: the grids must not move when a title grows.
  const minWidth = Math.ceil(
    Math.max(...grids.flatMap(({ titles }) => titles.map((title) => 1.06 * textWidth(title, fontSize.body)))),
  );
  return Array.from({ length: frames }, (_, frame) => {
    const blocks = grids.map(({ images, titles }): Block => {
      const grid = composeGrid(frameOf(images, frame, frames), {
        columns: imageColumns,
        targetWidth,
        gap: 2,
        background: theme.background,
      });
      return { raster: grid, title: titles[frame]! };
    });
    return layoutBlocks(blocks, theme, { columns, titleSize: fontSize.body, gap: 16, margin: 12, minWidth });
  });
}

function frameOf(images: ImageStack, frame: number, frames: number): ImageStack {
  const count = images.count / frames;
  const size = count * images.height * images.width * images.channels;
  return { ...images, count, pixels: images.pixels.subarray(frame * size, (frame + 1) * size) };
}
