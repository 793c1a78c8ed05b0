/** The plane of two latent dimensions as decoded images, with the values along its sides. */
import { textWidth } from "./charts/text.ts";
import { composeGrid } from "./grid.ts";
import { blankRaster, type Caption, type ImageStack, type Picture, paintRaster } from "./raster.ts";
import { fontSize, light, spacing, type Theme } from "./theme.ts";

export interface ManifoldOptions {
  /** From left to right, and from bottom to top. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** "latent 0 (prior quantiles)". */
  readonly xLabel: string;
  readonly yLabel: string;
  readonly title?: string | undefined;
  /** Width in pixels that the images together come close to. Default 1120. */
  readonly targetWidth?: number | undefined;
  /** Default light. */
  readonly theme?: Theme | undefined;
}

/** `images` are row-major with the largest y first: `[y, x, …]`. They touch, as the plane they are cut from. */
export function manifoldPicture(images: ImageStack, options: ManifoldOptions): Picture {
  const { x, y, xLabel, yLabel, title, targetWidth = 1120, theme = light } = options;
  const grid = composeGrid(images, { columns: x.length, gap: 0, targetWidth, background: theme.background });
  const cell = { width: grid.width / x.length, height: grid.height / y.length };
  const { margin } = spacing;
  const left = margin + 44;
  const top = margin + (title === undefined ? 0 : fontSize.title + 14) + fontSize.small + 10;
  const raster = blankRaster(left + grid.width + margin, top + grid.height + 52 + margin, theme.background);
  paintRaster(raster, grid, left, top);
  const small = { size: fontSize.small, weight: 400, color: theme.muted } as const;
  const label = { size: fontSize.small + 1, weight: 400, color: theme.ink } as const;
  const captions: Caption[] = [
    { ...label, text: yLabel, x: margin, y: top - 8, anchor: "start" },
    { ...label, text: xLabel, x: left + grid.width / 2, y: top + grid.height + 40, anchor: "middle" },
  ];
  if (title !== undefined) {
    captions.push({
      ...label,
      text: title,
      x: margin,
      y: margin + 17,
      anchor: "start",
      size: fontSize.title,
      weight: 600,
    });
  }
  const everyX = Math.max(1, Math.ceil((textWidth("−0.00", fontSize.small) + 8) / cell.width));
  const everyY = Math.max(1, Math.ceil(16 / cell.height));
  x.forEach((value, i) => {
    if ((i - (x.length >> 1)) % everyX !== 0) return;
    const at = { x: left + (i + 0.5) * cell.width, y: top + grid.height + 18 };
    captions.push({ ...small, text: formatCoordinate(value), ...at, anchor: "middle" });
  });
  y.forEach((value, i) => {
    if ((i - (y.length >> 1)) % everyY !== 0) return;
    const at = { x: left - 8, y: top + (y.length - i - 0.5) * cell.height + 4 };
    captions.push({ ...small, text: formatCoordinate(value), ...at, anchor: "end" });
  });
  return { raster, captions };
}

/** Two decimals and a proper minus: "−1.28". */
export function formatCoordinate(value: number, signed = false): string {
  const text = Math.abs(value).toFixed(2);
  if (Number(text) === 0) return text;
  return value < 0 ? `−${text}` : signed ? `+${text}` : text;
}
