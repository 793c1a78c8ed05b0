/** A vertical colour bar: which colour is which value. */
import { formatDigits } from "../../base/format.ts";
import { type ColorScale, colorAt, fontSize, type Theme } from "../theme.ts";
import { niceTicks } from "./scales.ts";
import { textElement } from "./text.ts";

/** Room that a colour bar takes at the right of a chart, in pixels. */
export const colorBarWidth = 84;

export interface ColorBarOptions {
  /** Top left corner of its room. */
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly label: string;
  readonly range: readonly [number, number];
  readonly scale: ColorScale;
  readonly theme: Theme;
}

/** SVG elements. */
export function colorBar({ x, y, height, label, range, scale, theme }: ColorBarOptions): string {
  const left = x + 14;
  const slices = 64;
  const parts = Array.from({ length: slices }, (_, i) => {
    const [red, green, blue] = colorAt(scale, 1 - i / (slices - 1));
    // A little overlap: renderers leave hairlines between rectangles that merely touch.
    return `<rect x="${left}" y="${round(y + (i * height) / slices)}" width="14" height="${round(height / slices + 0.6)}" fill="rgb(${red},${green},${blue})"/>`;
  });
  const style = { size: fontSize.small, color: theme.muted };
  for (const value of niceTicks(range, 5)) {
    const t = range[1] === range[0] ? 0 : (range[1] - value) / (range[1] - range[0]);
    parts.push(textElement(formatDigits(value), left + 20, round(y + t * height + 4), style));
  }
  const end = { ...style, size: fontSize.small + 1, color: theme.ink, anchor: "end" as const };
  parts.push(textElement(label, x + colorBarWidth, y - 12, end));
  return `<g>${parts.join("")}</g>`;
}

const round = (value: number): number => Math.round(value * 100) / 100;
