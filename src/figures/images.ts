/**
 * The figures that show images: reconstructions with their originals, and samples. They only lay out pixels
 * that someone else computed; encoding and decoding are the latent room's.
 */
import { BetalabError } from "../base/errors.ts";
import { type Cell, checkWhole, composeCells, composeGrid, evenColumns, layoutBlocks } from "./grid.ts";
import { checkStack, type ImageStack, type Picture } from "./raster.ts";
import { light, spacing, type Theme } from "./theme.ts";

export interface ImageFigureOptions {
  /** Images in a row (of each block). Default: as many as leave no row short, see `evenColumns`. */
  readonly columns?: number;
  /** Width in pixels that the images together come close to by enlarging. Default 760; 1000 for a pair. */
  readonly targetWidth?: number;
  /** Default light. */
  readonly theme?: Theme;
}

const defaults = { targetWidth: 760, theme: light } as const;

/**
 * Row over row: a row of originals, under it their reconstructions, then the next pair of rows a little apart.
 * Shows the first `n` pairs, or all when there are fewer.
 * Throws `BetalabError` with code `shape` when the two stacks differ in shape, or `n` or `columns` isn't positive.
 */
export function reconstructionGrid(
  originals: ImageStack,
  reconstructions: ImageStack,
  n: number,
  options: ImageFigureOptions = {},
): Picture {
  checkPairs(originals, reconstructions);
  const { theme, targetWidth, columns: wanted } = { ...defaults, ...options };
  const pairs = Math.min(n, originals.count);
  if (wanted !== undefined) checkWhole("columns", wanted, 1);
  const columns = Math.min(wanted ?? evenColumns(pairs, 2), pairs);
  const cells = pairedCells(originals, reconstructions, pairs, columns);
  const raster = composeCells(cells, originals.height, originals.width, {
    columns,
    rowsPerGroup: 2,
    targetWidth,
    background: theme.background,
  });
  return layoutBlocks([{ raster }], theme);
}

/**
 * Side by side: two equal grids titled "Original" and "Reconstruction", the first `n` images of each.
 * Throws `BetalabError` with code `shape` when the two stacks differ in shape or `n` isn't positive.
 */
export function reconstructionPair(
  originals: ImageStack,
  reconstructions: ImageStack,
  n: number,
  options: ImageFigureOptions = {},
): Picture {
  checkPairs(originals, reconstructions);
  const { theme, targetWidth, columns } = { ...defaults, targetWidth: 1000, ...options };
  const pairs = Math.min(n, originals.count);
  const half = {
    columns: Math.min(columns ?? evenColumns(pairs), pairs),
    targetWidth: (targetWidth - 2 * spacing.groupGap) / 2,
    background: theme.background,
  };
  return layoutBlocks(
    [
      { title: "Original", raster: composeGrid(firstOf(originals, n), half) },
      { title: "Reconstruction", raster: composeGrid(firstOf(reconstructions, n), half) },
    ],
    theme,
  );
}

/**
 * Samples from the prior, or any images, in rows; 64 images give the usual 8 × 8.
 * Throws `BetalabError` with code `shape` when the pixels don't match their shape.
 */
export function sampleGrid(images: ImageStack, options: ImageFigureOptions = {}): Picture {
  const { theme, targetWidth, columns = evenColumns(images.count) } = { ...defaults, ...options };
  const raster = composeGrid(images, { columns, targetWidth, background: theme.background });
  return layoutBlocks([{ raster }], theme);
}

/** Rows of `columns` originals, each with a row of their reconstructions under it; the last may not be full. */
export function pairedCells(
  originals: ImageStack,
  reconstructions: ImageStack,
  pairs: number,
  columns: number,
): Cell[] {
  const cells: Cell[] = [];
  for (let first = 0; first < pairs; first += columns) {
    for (const images of [originals, reconstructions]) {
      for (let index = first; index < first + columns; index++) {
        cells.push(index < pairs ? { images, index } : undefined);
      }
    }
  }
  return cells;
}

/** The first `n` images, or all when there are fewer. */
export function firstOf<T extends ImageStack>(images: T, n: number): T {
  const count = Math.min(n, images.count);
  const pixels = images.pixels.subarray(0, count * images.height * images.width * images.channels);
  return { ...images, count, pixels };
}

function checkPairs(originals: ImageStack, reconstructions: ImageStack): void {
  checkStack(originals);
  checkStack(reconstructions);
  const shape = (images: ImageStack): string =>
    `[${images.count}, ${images.height}, ${images.width}, ${images.channels}]`;
  if (shape(originals) === shape(reconstructions)) return;
  throw new BetalabError(
    "shape",
    `originals ${shape(originals)} and reconstructions ${shape(reconstructions)} differ in shape`,
  );
}
