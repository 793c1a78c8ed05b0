/**
 * Which value is black and which is white: decided from the declared type of the numbers and from all of them, every
 * split included, then said in a note; refused where more than one reading makes sense. Pure.
 *
 * uint8 is 0…255 (0…1 when there is nothing above 1); uint16 is 0…65 535; floats and other integers are 0…1 or 0…255
 * when their values say so. A value that lies a little outside (interpolation overshoots) is clipped and counted.
 */

import { BetalabError } from "../base/errors.ts";
import { plural } from "../base/format.ts";
import { expectArgument } from "../base/issues.ts";
import type { NumberName } from "./formats/numbers.ts";

/** The values that become black, 0, and white, 255; those between in proportion, those outside clipped. */
export type ValueRange = readonly [black: number, white: number];

/** Overshoot tolerated outside 0…1 and 0…255, as a part of the range. */
const OVERSHOOT = 0.1;
/** Below this part of white, the brightest pixel of a set makes it nearly black. */
const NEARLY_BLACK = 1 / 8;

/** What is known of a set of numbers after looking at all of them. */
export class ValueScan {
  count = 0;
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  /** True while all are whole numbers. */
  whole = true;
  notFinite = 0;
  /** Values outside of each range in question. */
  readonly outside = new Map<ValueRange, number>();
  readonly #ranges: readonly ValueRange[];

  /** @param said the range that a person gave, if any */
  constructor(said?: ValueRange) {
    this.#ranges = said === undefined ? [unit, bytes] : [said];
    for (const range of this.#ranges) this.outside.set(range, 0);
  }

  /** The values' smallest and largest, for people. */
  get span(): string {
    return `${short(this.min)}…${short(this.max)}`;
  }

  /** True once no further value can change what becomes of numbers of this type: bytes that are 0…255, and not dark. */
  settles(type: NumberName): boolean {
    return type === "uint8" && this.max >= 256 * NEARLY_BLACK && this.min < this.max;
  }

  merge(other: ValueScan): void {
    this.count += other.count;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    this.whole &&= other.whole;
    this.notFinite += other.notFinite;
    for (const range of this.#ranges) {
      this.outside.set(range, this.outside.get(range)! + other.outside.get(range)!);
    }
  }

  add(values: ArrayLike<number>): void {
    this.count += values.length;
    let { min, max, whole, notFinite } = this;
    // Bytes are whole and finite.
    const plain = values instanceof Uint8Array;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (value < min) min = value;
      if (value > max) max = value;
      if (plain) continue;
      if (whole && value % 1 !== 0) whole = false;
      if (value - value !== 0) notFinite++;
    }
    Object.assign(this, { min, max, whole, notFinite });
    for (const range of this.#ranges) {
      const [low, high] = range;
      if (min >= low && max <= high) continue;
      let outside = 0;
      for (let i = 0; i < values.length; i++) if (values[i]! < low || values[i]! > high) outside++;
      this.outside.set(range, this.outside.get(range)! + outside);
    }
  }
}

export function mergeScans(scans: readonly ValueScan[]): ValueScan {
  const [first, ...others] = scans;
  for (const scan of others) first!.merge(scan);
  return first!;
}

const unit: ValueRange = [0, 1];
const bytes: ValueRange = [0, 255];
const words: ValueRange = [0, 65535];

/**
 * The range of numbers of `type` that `scan` has seen all of, and notes on it.
 *
 * Throws `data` naming `label`, the values and the `data.range` to set, where the range is not clear.
 */
export function decideRange(
  type: NumberName,
  scan: ValueScan,
  said: ValueRange | undefined,
  label: string,
): { range: ValueRange; notes: string[] } {
  if (scan.notFinite > 0) {
    throw new BetalabError(
      "data",
      `${label}: ${plural(scan.notFinite, "value")} of ${scan.count} not finite (NaN or infinity)`,
      "replace them in the file: x[~numpy.isfinite(x)] = 0",
    );
  }
  const range = said ?? knownRange(type, scan);
  if (range === undefined) {
    const [low, high] = proposedRange(scan);
    throw new BetalabError(
      "data",
      `${label}: it is not clear which of the values ${scan.span} (${type}) are black and white`,
      `say it: data.range: [${low}, ${high}]`,
    );
  }
  const notes: string[] = [];
  const clipped = scan.outside.get(range) ?? 0;
  const plain = type === "uint8" && range[0] === 0 && range[1] === 255;
  if (!plain && type !== "bool") {
    const clips = clipped > 0 ? `, ${plural(clipped, "value")} clipped` : "";
    notes.push(`${type}, ${scan.span} read as [${range[0]}, ${range[1]}]${clips}`);
  }
  return { range, notes: [...notes, ...darkness(scan, range)] };
}

/** The range that the type and the values make clear; nothing where they don't. */
export function knownRange(type: NumberName, { min, max, whole }: ValueScan): ValueRange | undefined {
  const within = ([low, high]: ValueRange, overshoot: number) =>
    min >= low - overshoot * (high - low) && max <= high + overshoot * (high - low);
  if (type === "bool") return unit;
  if (type === "uint8") return max > 1 ? bytes : unit;
  if (type === "uint16") return max > 1 ? words : unit;
  if (within(unit, OVERSHOOT)) return unit;
  if (whole && within(bytes, 0)) return bytes;
  return !whole && max > 128 && within(bytes, OVERSHOOT / 2) ? bytes : undefined;
}

/** The range that a hint names: a usual one that holds all values, else the values' own. */
export function proposedRange({ min, max, whole }: ValueScan): ValueRange {
  if (min < 0) {
    if (min >= -1.1 && max <= 1.1) return [-1, 1];
    if (whole && min >= -128 && max <= 127) return [-128, 127];
    return [outward(min, Math.floor), outward(max, Math.ceil)];
  }
  return [0, whole ? allBits(max) : outward(max, Math.ceil)];
}

/** The range that values make clear, else the one that a hint would name: for where nobody can be asked. Say which it is. */
export function likelyRange(type: NumberName, values: ArrayLike<number>): ValueRange {
  const scan = new ValueScan();
  scan.add(values);
  return knownRange(type, scan) ?? proposedRange(scan);
}

/** The largest number with as many bits as `value`: 4095 for 4078. */
const allBits = (value: number): number => 2 ** Math.ceil(Math.log2(value + 1)) - 1;

/** `value` with three digits, rounded so that it lies not inside. */
function outward(value: number, round: (value: number) => number): number {
  if (value === 0) return 0;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 2);
  return Number((round(value / unit) * unit).toPrecision(12));
}

/** A warning for a set of one grey, or of hardly any light, which is seldom meant; `advise` a range where one can be set. */
export function darkness({ min, max }: ValueScan, [low, high]: ValueRange, advise = true): string[] {
  if (min === max) return [`warning: every value is ${short(min)}, so all images are one even grey`];
  const brightest = (max - low) / (high - low);
  if (brightest >= NEARLY_BLACK) return [];
  const part = `${Number((100 * brightest).toPrecision(2))} %`;
  const better = high === 65535 ? allBits(max) : Number(max.toPrecision(3));
  const advice = advise ? `; set data.range: [${low}, ${better}] if it should be white` : "";
  return [
    `warning: the images are nearly black: the brightest value, ${short(max)}, is ${part} of white${advice}`,
  ];
}

/**
 * Numbers to uint8 pixels, rounded; `range` says which is black and which is white, and what lies outside is clipped.
 * For images in [0, 1] it is `[0, 1]`.
 */
export function toPixels(values: ArrayLike<number>, range: ValueRange): Uint8Array<ArrayBuffer> {
  const [low, high] = range ?? [NaN, NaN];
  expectArgument(low < high, "`range`", range, "the values of black and white, the smaller first: [0, 1]");
  const pixels = new Uint8Array(values.length);
  const scale = 255 / (high - low);
  for (let i = 0; i < values.length; i++) {
    // Not Math.round of a clamped value only: a Uint8Array would wrap what is outside.
    pixels[i] = Math.min(255, Math.max(0, Math.round((values[i]! - low) * scale)));
  }
  return pixels;
}

const short = (value: number): string =>
  String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
