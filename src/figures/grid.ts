/**
 * Images in rows and columns, and titled blocks side by side: the layouts that the image figures share. Images
 * are enlarged by whole factors only, each pixel becoming a square, so what is seen is what the model made; they
 * are never shrunk or smoothed.
 */
import { BetalabError } from "../base/errors.ts";
import {
  blankRaster,
  type Caption,
  checkStack,
  type ImageStack,
  type Picture,
  paintImage,
  paintRaster,
  type Raster,
} from "./raster.ts";
import { fontSize, light, spacing, type Theme } from "./theme.ts";

export interface GridOptions {
  /** Images in a row. */
  readonly columns: number;
  /** Pixels between images. Default 4. */
  readonly gap?: number;
  /** Rows that belong together: after each so many, the gap is `groupGap`. Default: no groups. */
  readonly rowsPerGroup?: number;
  /** Pixels between groups of rows. Default 16; only with `rowsPerGroup`. */
  readonly groupGap?: number;
  /** Width to come close to by enlarging, in pixels. Default 760; only without `scale`. */
  readonly targetWidth?: number;
  /** Whole factor to enlarge by. Default: the largest that keeps within `targetWidth`, at least 1. */
  readonly scale?: number;
  /** What is seen in the gaps. Default white. */
  readonly background?: string;
}

const defaultWidth = 760;

/** One place of a grid: an image of a stack, or nothing. */
export type Cell = { readonly images: ImageStack; readonly index: number } | undefined;

/**
 * All images of a stack in reading order, as many rows as they need; what is left over stays background.
 * Throws `BetalabError` with code `shape` when the pixels don't match their shape or an option isn't a
 * positive whole number.
 */
export function composeGrid(images: ImageStack, options: GridOptions): Raster {
  checkStack(images);
  const cells = Array.from({ length: images.count }, (_, index) => ({ images, index }));
  return composeCells(cells, images.height, images.width, options);
}

/**
 * Cells in reading order, each `height` × `width` pixels before enlarging. Throws `BetalabError` with code
 * `shape` when an image has another size, there are no cells, or an option isn't a positive whole number.
 */
export function composeCells(
  cells: readonly Cell[],
  height: number,
  width: number,
  options: GridOptions,
): Raster {
  const { columns, gap = spacing.gap, groupGap = spacing.groupGap, background = light.background } = options;
  const rows = Math.ceil(cells.length / columns);
  const rowsPerGroup = options.rowsPerGroup ?? Math.max(1, rows);
  checkWhole("number of images", cells.length, 1);
  checkWhole("columns", columns, 1);
  checkWhole("gap", gap, 0);
  checkWhole("rowsPerGroup", rowsPerGroup, 1);
  checkWhole("groupGap", groupGap, 0);
  const scale = options.scale ?? enlargement(width, columns, gap, options.targetWidth ?? defaultWidth);
  checkWhole("scale", scale, 1);
  const left = (column: number): number => column * (width * scale + gap);
  const top = (row: number): number =>
    row * (height * scale + gap) + Math.floor(row / rowsPerGroup) * (groupGap - gap);
  const raster = blankRaster(left(columns) - gap, top(rows - 1) + height * scale, background);
  cells.forEach((cell, at) => {
    if (cell === undefined) return;
    const { images, index } = cell;
    if (images.height !== height || images.width !== width) {
      throw new BetalabError(
        "shape",
        `grid: an image of ${images.height}×${images.width} among images of ${height}×${width}`,
      );
    }
    paintImage(raster, images, index, left(at % columns), top(Math.floor(at / columns)), scale);
  });
  return raster;
}

/** The largest whole factor at which `columns` images of `width` pixels stay within `targetWidth`; at least 1. */
export function enlargement(width: number, columns: number, gap: number, targetWidth: number): number {
  return Math.max(1, Math.floor((targetWidth - (columns - 1) * gap) / (columns * width)));
}

/** Images in a row at most, where nobody says how many. */
const MOST_COLUMNS = 10;

/**
 * So many in a row that no row is short and the grid is no higher than wide: 8 for 32, 4 for 12. A prime number gets 8.
 *
 * @param lines how many images each of them is high, where something stands under it
 */
export function evenColumns(count: number, lines = 1): number {
  for (let columns = Math.ceil(Math.sqrt(lines * count)); columns <= MOST_COLUMNS; columns++) {
    if (count % columns === 0) return columns;
  }
  return 8;
}

/** A raster with a line of text above it. */
export interface Block {
  readonly title?: string;
  readonly raster: Raster;
}

export interface BlockLayout {
  /** Blocks in a row. Default: all. */
  readonly columns?: number;
  /** Height of the titles' font in pixels. Default 18. */
  readonly titleSize?: number;
  /** Pixels between blocks. Default 32. */
  readonly gap?: number;
  /** Pixels around all. Default 16. */
  readonly margin?: number;
  /** Least width of a column, in which its blocks are centred; for titles wider than what is under them. Default 0. */
  readonly minWidth?: number;
}

/** Blocks in reading order, tops aligned, titles centred above, in a margin: a finished picture. */
export function layoutBlocks(
  blocks: readonly Block[],
  theme: Theme = light,
  layout: BlockLayout = {},
): Picture {
  const { columns = blocks.length, titleSize = fontSize.title, gap = 2 * spacing.groupGap } = layout;
  const { margin = spacing.margin, minWidth = 0 } = layout;
  checkWhole("number of blocks", blocks.length, 1);
  checkWhole("columns", columns, 1);
  // A line of 18 pixels takes 32 with the space under it.
  const titleHeight = blocks.some(({ title }) => title !== undefined) ? titleSize + 14 : 0;
  const rows = Math.ceil(blocks.length / columns);
  const inColumn = (column: number) => blocks.filter((_, i) => i % columns === column);
  const widths = Array.from({ length: Math.min(columns, blocks.length) }, (_, column) =>
    Math.max(minWidth, ...inColumn(column).map(({ raster }) => raster.width)),
  );
  const heights = Array.from({ length: rows }, (_, row) =>
    Math.max(...blocks.slice(row * columns, (row + 1) * columns).map(({ raster }) => raster.height)),
  );
  const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
  const rowGap = titleHeight > 0 ? Math.min(gap, spacing.groupGap) : gap;
  const width = sum(widths) + (widths.length - 1) * gap + 2 * margin;
  const height = sum(heights) + rows * titleHeight + (rows - 1) * rowGap + 2 * margin;
  const raster = blankRaster(width, height, theme.background);
  const captions: Caption[] = [];
  blocks.forEach((block, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const room = minWidth === 0 ? 0 : widths[column]! - block.raster.width;
    const left = margin + sum(widths.slice(0, column)) + column * gap + Math.floor(room / 2);
    const top = margin + sum(heights.slice(0, row)) + row * (titleHeight + rowGap);
    paintRaster(raster, block.raster, left, top + titleHeight);
    if (block.title === undefined) return;
    captions.push({
      text: block.title,
      x: left + block.raster.width / 2,
      y: top + titleSize - 1,
      anchor: "middle",
      size: titleSize,
      weight: 600,
      color: theme.ink,
    });
  });
  return { raster, captions };
}

/** Throws `BetalabError` with code `shape`. */
export function checkWhole(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new BetalabError("shape", `grid: ${name} must be a whole number from ${least}: ${value}`);
}
