/** What all charts take and are: options, axes with units, the SVG document that comes out. */

import { escapeMarkup } from "../../base/escape.ts";
import { fontFamily, fontSize, light, spacing, type Theme } from "../theme.ts";
import { textElement } from "./text.ts";

/** A finished chart: one SVG document, and its size in pixels. The same input gives the same text. */
export interface Chart {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

export interface Axis {
  /** What is measured: "KL". */
  readonly label: string;
  /** In what: "nats/image". Shown in parentheses; leave it out for counts and pure numbers. */
  readonly unit?: string | undefined;
  /** Default *linear*. *log* leaves out values that are not positive. */
  readonly scale?: "linear" | "log" | undefined;
  /** Smallest and largest value shown. Default: those of the data, rounded outwards. */
  readonly domain?: readonly [number, number] | undefined;
}

export interface ChartOptions {
  /** A line above the chart. Default: none. */
  readonly title?: string | undefined;
  /** Height of the title's font in pixels. Default 18; 15 in panels. */
  readonly titleSize?: number | undefined;
  /** A second, quieter line: the run, the data, how many images. Default: none. */
  readonly subtitle?: string | undefined;
  /** Width of the whole in pixels. Default 760. */
  readonly width?: number | undefined;
  /** Height of the plotted area with its ticks, in pixels. Each chart has its own default. */
  readonly height?: number | undefined;
  /** Default light. */
  readonly theme?: Theme | undefined;
}

export const defaultChartWidth = 760;

/** "KL (nats/image)". */
export function axisLabel({ label, unit }: Axis): string {
  return unit === undefined ? label : `${label} (${unit})`;
}

export type HeadingOptions = Pick<ChartOptions, "title" | "titleSize" | "subtitle" | "theme">;

/** Title and subtitle as SVG elements, and where they end; 0 where there are none. */
export function heading({ title, titleSize = fontSize.title, subtitle, theme = light }: HeadingOptions) {
  const { margin } = spacing;
  const parts: string[] = [];
  let end = 0;
  if (title !== undefined) {
    end = margin + titleSize;
    parts.push(textElement(title, margin, end, { size: titleSize, color: theme.ink, weight: 600 }));
    end += 6;
  }
  if (subtitle !== undefined) {
    end = Math.max(end, margin) + fontSize.body;
    parts.push(textElement(subtitle, margin, end, { size: fontSize.body, color: theme.muted }));
    end += 6;
  }
  return { parts, end };
}

/** An SVG document with the theme's paper under `content`. */
export function document(
  width: number,
  height: number,
  title: string | undefined,
  theme: Theme,
  content: string,
): Chart {
  const name = title === undefined ? "" : ` aria-label="${escapeMarkup(title)}"`;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="${fontFamily}, system-ui, sans-serif" role="img"${name}>\n` +
    `<rect width="${width}" height="${height}" fill="${theme.background}"/>\n${content}\n</svg>\n`;
  return { svg, width, height };
}
