/** Where numbers lie on an axis, in plain numbers: ranges, ticks, and curves with no more points than there are pixels. */

import { shortenedNames } from "../../src/base/shortened.ts";

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Pixels of a letter of a legend, in the mean: a drawing knows no widths. */
export const LETTER = 6.1;

/** Names that are at most so wide, in pixels; those that differ look different. */
export const shortened = (names: readonly string[], width: number): string[] =>
  // Some letters are wider than the mean.
  shortenedNames(names, Math.floor(width / (1.12 * LETTER)));

/** Of all finite values, with a twentieth of room at either end, but not below a zero that is asked for. */
export function rangeOf(values: readonly (number | null)[], zero = false): Range {
  let [low, high] = zero ? [0, 0] : [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return { low: 0, high: 1 };
  const room = 0.05 * (high - low || Math.abs(high) || 1);
  return { low: zero && low === 0 ? 0 : low - room, high: zero && high === 0 && low < 0 ? 0 : high + room };
}

/**
 * The range of several curves without the fall of their first steps: later values tell more, so the axis leaves out what
 * lies above the 95th percentile of each. Of each, so that a short run far above a long one is not left out whole.
 */
export function settledRange(curves: readonly (readonly (number | null)[])[]): Range {
  return rangeOf(
    curves.flatMap((values) => {
      const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
      if (known.length < 20) return known;
      const sorted = known.toSorted((a, b) => a - b);
      return [sorted[0]!, sorted[Math.floor(sorted.length * 0.95)]!];
    }),
  );
}

/** Round numbers within the range, at most about `count` stretches between them. */
export function ticksOf({ low, high }: Range, count = 4): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = [1, 2, 5, 10].map((factor) => factor * power).find((one) => 1.25 * one >= rough)!;
  const first = Math.ceil(low / size - 1e-9);
  const last = Math.floor(high / size + 1e-9);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * size).toPrecision(12)),
  );
  return [...new Set(ticks)];
}

/** A tick's number as it is, from ten thousand on in thousands: rounded, neighbours could read alike. */
export function tickText(tick: number): string {
  const isLarge = Math.abs(tick) >= 10_000;
  const text = String(isLarge ? Number((tick / 1000).toPrecision(12)) : tick).replace("-", "−");
  return isLarge ? `${text}k` : text;
}

/** From a range to pixels, the way up or to the right. */
export const placed = ({ low, high }: Range, value: number, from: number, to: number): number =>
  from + ((value - low) / (high - low)) * (to - from);

/**
 * Which points of a curve are drawn: all, or of each of `columns` equal stretches the first, the lowest, the highest and
 * the last, so that no peak is lost.
 */
export function drawnPoints(values: readonly (number | null)[], columns: number): number[] {
  const { length } = values;
  if (length <= 4 * columns) return values.map((_, i) => i);
  const kept = new Set<number>();
  for (let column = 0; column < columns; column++) {
    const from = Math.floor((column * length) / columns);
    const to = Math.floor(((column + 1) * length) / columns) - 1;
    let [lowest, highest] = [from, from];
    for (let i = from; i <= to; i++) {
      const value = values[i]!;
      if (value === null) continue;
      if (values[lowest] === null || value < values[lowest]!) lowest = i;
      if (values[highest] === null || value > values[highest]!) highest = i;
    }
    for (const i of [from, lowest, highest, to]) kept.add(i);
  }
  return [...kept].sort((a, b) => a - b);
}

/** The index of the value nearest to `wanted` in a rising list. */
export function nearestIndex(rising: readonly number[], wanted: number): number {
  let [low, high] = [0, rising.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low > 0 && wanted - rising[low - 1]! <= rising[low]! - wanted ? low - 1 : low;
}
