/** From values to axes, colours and labels: the arithmetic that the charts share. */
import { formatCount } from "../../base/format.ts";
import type { Theme } from "../theme.ts";
import type { Axis } from "./chart.ts";
import { textWidth } from "./text.ts";

/** The colour of class or series `index`: the theme's ten in turn. */
export function categoricalColor(theme: Theme, index: number): string {
  return theme.categorical[index % theme.categorical.length]!;
}

/** Plot's options of an axis's scale. */
export function scaleOf({ scale = "linear", domain }: Axis, nice: boolean): object {
  return {
    type: scale,
    label: null,
    ...(domain === undefined ? { nice: nice && scale === "linear" } : { domain: [...domain] }),
  };
}

/** A left margin wide enough for the tick labels of `values`. */
export function tickMargin(values: readonly number[]): number {
  const [low, high] = rangeOf(values);
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const spread = high - low || largest || 1;
  const digits = Math.max(0, Math.ceil(-Math.log10(spread / 4)));
  const text = `−${largest.toLocaleString("en-US", { minimumFractionDigits: Math.min(digits, 10), maximumFractionDigits: Math.min(digits, 10) })}`;
  return Math.max(36, Math.ceil(textWidth(text, 12)) + 10);
}

/** Three bytes as `#rrggbb`. */
export function hex(color: readonly number[]): string {
  return `#${color.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Smallest and largest. */
export function rangeOf(values: ArrayLike<number>): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    low = Math.min(low, values[i]!);
    high = Math.max(high, values[i]!);
  }
  return [low, high];
}

/** Domains with a margin around the points, in which one unit is as long on both axes. */
export function equalScale(
  points: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> },
  width: number,
  height: number,
): { x: [number, number]; y: [number, number] } {
  const [x, y] = [rangeOf(points.x), rangeOf(points.y)];
  const unit = 1.06 * Math.max((x[1] - x[0]) / width, (y[1] - y[0]) / height, 1e-9);
  const around = ([low, high]: [number, number], pixels: number): [number, number] => {
    const middle = (low + high) / 2;
    return [middle - (unit * pixels) / 2, middle + (unit * pixels) / 2];
  };
  return { x: around(x, width), y: around(y, height) };
}

/** Ticks of a logarithmic axis as people write them: "100", "0.003", "1e−4"; Plot would say "100µ". */
export function formatLogTick(value: number): string {
  const text = value >= 0.001 && value < 1e6 ? value.toLocaleString("en-US") : value.toExponential();
  return text.replace("e+", "e").replace("-", "−");
}

/** Ticks of an axis of few whole numbers, such as training steps: each of them. Of other values nothing: Plot chooses. */
export function wholeTicks(values: readonly number[]): object {
  const [low, high] = rangeOf(values);
  if (high - low > 8 || !values.every(Number.isInteger)) return {};
  return { ticks: Array.from({ length: high - low + 1 }, (_, i) => low + i), tickFormat: formatCount };
}

/** About `count` round values (1, 2 or 5 times a power of ten apart) within a range. */
export function niceTicks([low, high]: readonly [number, number], count: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999)!;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Multiplied, not added up, and cut to twelve digits: 0.3, not 0.30000000000000004.
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
