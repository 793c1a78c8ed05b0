/** A sheet of images with a name before each row and perhaps a value over each column: the static traversal. */

import { BetalabError } from "../base/errors.ts";
import { plural } from "../base/format.ts";
import { textWidth } from "./charts/text.ts";
import { composeGrid, enlargement } from "./grid.ts";
import {
  blankRaster,
  type Caption,
  checkStack,
  type ImageStack,
  type Picture,
  paintRaster,
} from "./raster.ts";
import { fontSize, light, spacing, type Theme } from "./theme.ts";

export interface SheetRow {
  /** "latent 7". */
  readonly label: string;
  /** In second rank, under the label: "KL 2.31 nats". */
  readonly note?: string | undefined;
}

export interface SheetOptions {
  readonly rows: readonly SheetRow[];
  /** Over the columns. Default: none. Where they don't fit side by side, only the first, middle and last are shown. */
  readonly columnTitles?: readonly string[] | undefined;
  /** Images in a row. */
  readonly columns: number;
  /** Width in pixels that the images together come close to by enlarging. Default 760. */
  readonly targetWidth?: number | undefined;
  readonly title?: string | undefined;
  /** A second, quieter line. Default: none. */
  readonly subtitle?: string | undefined;
  /** Default light. */
  readonly theme?: Theme | undefined;
}

/**
 * Draws `rows.length` rows of `columns` images.
 *
 * Throws `BetalabError` "shape" when the stack holds another number of images.
 */
export function labelledSheet(images: ImageStack, options: SheetOptions): Picture {
  const { rows, columns, columnTitles, title, subtitle, targetWidth = 760, theme = light } = options;
  checkStack(images);
  if (images.count !== rows.length * columns) {
    throw new BetalabError(
      "shape",
      `sheet: ${plural(images.count, "image")} for ${rows.length} rows × ${columns}`,
    );
  }
  const { margin, gap } = spacing;
  const scale = enlargement(images.width, columns, gap, targetWidth);
  // Rows of very low images stand as far apart as their names need.
  const rowGap = Math.max(gap, fontSize.body + 4 - images.height * scale);
  const grid = composeGrid(images, {
    ...{ columns, scale, background: theme.background },
    ...(rowGap > gap && { rowsPerGroup: 1, groupGap: rowGap }),
  });
  const cell = { width: images.width * scale + gap, height: images.height * scale + rowGap };
  // Two lines want 34 pixels; lower cells take both in one.
  const stacked = cell.height >= 34;
  const joined = ({ label, note }: SheetRow): string => (note === undefined ? label : `${label}   ${note}`);
  const texts = rows.flatMap((row) => (stacked ? [row.label, row.note ?? ""] : [joined(row)]));
  const gutter = Math.ceil(Math.max(...texts.map((text) => textWidth(text, fontSize.body) * 1.05))) + 14;
  const left = margin + gutter;
  let top: number = margin;
  const captions: Caption[] = [];
  const write = (caption: Omit<Caption, "weight" | "color" | "size"> & Partial<Caption>): void => {
    captions.push({ weight: 400, color: theme.ink, size: fontSize.body, ...caption });
  };
  if (title !== undefined) {
    top += fontSize.title;
    write({ text: title, x: margin, y: top - 1, anchor: "start", size: fontSize.title, weight: 600 });
    top += subtitle === undefined ? 14 : 6;
  }
  if (subtitle !== undefined) {
    top += fontSize.body;
    write({ text: subtitle, x: margin, y: top, anchor: "start", color: theme.muted });
    top += 16;
  }
  if (columnTitles !== undefined) {
    top += fontSize.small;
    const widest = Math.max(...columnTitles.map((text) => textWidth(text, fontSize.small))) + 6;
    const shown = (i: number): boolean =>
      widest <= cell.width || i === 0 || i === columns - 1 || 2 * i === columns - 1;
    columnTitles.forEach((text, i) => {
      if (!shown(i)) return;
      const x = left + i * cell.width + (cell.width - gap) / 2;
      write({ text, x, y: top, anchor: "middle", size: fontSize.small, color: theme.muted });
    });
    top += 8;
  }
  rows.forEach((row, i) => {
    const middle = top + i * cell.height + (cell.height - rowGap) / 2;
    const at = { x: left - 12, anchor: "end" } as const;
    if (!stacked || row.note === undefined) {
      write({ text: joined(row), ...at, y: middle + 5 });
      return;
    }
    write({ text: row.label, ...at, y: middle - 2, weight: 600 });
    write({ text: row.note, ...at, y: middle + 15, size: fontSize.small, color: theme.muted });
  });
  const titleEnd =
    Math.max(1.05 * textWidth(title ?? "", fontSize.title), textWidth(subtitle ?? "", fontSize.body)) +
    2 * margin;
  const width = Math.ceil(Math.max(left + grid.width + margin, titleEnd));
  const raster = blankRaster(width, top + grid.height + margin, theme.background);
  paintRaster(raster, grid, left, top);
  return { raster, captions };
}
