/** Drawing rows, and how much a score depends on which rows are drawn. Counter-based: the same seed draws the same rows. */

import { BetalabError } from "../../base/errors.ts";
import { plural } from "../../base/format.ts";
import type { Columns } from "../../base/linear-algebra.ts";
import { fillUniform } from "../../base/random.ts";
import { mean, sum } from "../../base/statistics.ts";
import type { CodesInput, FactorInput, Interval } from "./metric.ts";

const BLOCK = 8192;

/** Times that codes are given to other images for a chance level. */
export const PERMUTATIONS = 3;

/** A sequence of random whole numbers. */
export class Draws {
  readonly #uniforms = new Float32Array(BLOCK);
  readonly #seed: number;
  readonly #stream: string;
  #block = 0;
  #at = BLOCK;

  constructor(seed: number, stream: string) {
    this.#seed = seed;
    this.#stream = stream;
  }

  /** Uniform in 0 … count − 1. Two 24-bit uniforms make one: a large grid needs more than 24 bits. */
  below(count: number): number {
    if (this.#at >= BLOCK) {
      fillUniform(this.#uniforms, { seed: this.#seed, stream: this.#stream, step: this.#block++ });
      this.#at = 0;
    }
    const coarse = this.#uniforms[this.#at++]!;
    const fine = this.#uniforms[this.#at++]! / 16777216;
    return Math.min(count - 1, Math.floor((coarse + fine) * count));
  }

  /** `size` rows of 0 … count − 1, with replacement. */
  rows(size: number, count: number): Uint32Array {
    return Uint32Array.from({ length: size }, () => this.below(count));
  }
}

/** `size` different rows of from … to − 1, in random order (the first steps of a Fisher–Yates shuffle). */
export function distinctRows(size: number, from: number, to: number, draws: Draws): Uint32Array {
  const rows = Uint32Array.from({ length: to - from }, (_, i) => from + i);
  for (let i = 0; i < size; i++) {
    const j = i + draws.below(rows.length - i);
    const swap = rows[i]!;
    rows[i] = rows[j]!;
    rows[j] = swap;
  }
  return rows.slice(0, size);
}

/** The rows of a table, in the given order. */
export function gather(columns: Columns, rows: Uint32Array): Columns {
  return columns.map((column) => {
    const taken =
      column instanceof Float32Array ? new Float32Array(rows.length) : new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) taken[i] = column[rows[i]!]!;
    return taken;
  });
}

export function gatherLevels(levels: Int32Array, rows: Uint32Array): Int32Array {
  const taken = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = levels[rows[i]!]!;
  return taken;
}

/**
 * Whether the training rows show each factor at more than one level, and what to say of those that they don't: such a
 * factor says nothing. Throws "data" where that is all of them.
 */
export function shownFactors({ factors, train }: Pick<FactorInput, "factors" | "train">) {
  const shown = factors.levels.map((levels) => train.some((row) => levels[row] !== levels[train[0]!]));
  const silent = factors.names.filter((_, k) => !shown[k]);
  const which = `one level among the ${plural(train.length, "sample")}`;
  if (silent.length === shown.length) throw new BetalabError("data", `each factor has ${which}`);
  return { shown, remarks: silent.length > 0 ? [`without ${silent.join(", ")}, of ${which}`] : [] };
}

/** The share of the rows that have the most frequent level: how often who knows nothing is right. */
export function commonestShare(levels: Int32Array, rows: Uint32Array): number {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(levels[row]!, (counts.get(levels[row]!) ?? 0) + 1);
  return Math.max(...counts.values()) / rows.length;
}

export interface BootstrapOptions {
  /** Rows that there are (default: the training samples). */
  readonly count?: number;
  /** Rows of a replicate: fewer than `count` for what is slow to measure (default all). */
  readonly size?: number;
  /** Replicates are halves without replacement, for what equal rows would mislead; `size` is then not looked at. */
  readonly halves?: boolean;
  /** At most (default: as many as are asked for). */
  readonly mostReplicates?: number;
  /** What is drawn anew (default "samples"). */
  readonly resampled?: string;
  /** What the score can be at all (default: a share). */
  readonly range?: readonly [number, number];
}

/** The range of what has no upper end, nats and variances. */
export const nonNegative = [0, Number.POSITIVE_INFINITY] as const;

/** Of the test samples that were predicted, 1 for right. */
export const testSamples = (right: ArrayLike<unknown>) =>
  ({ count: right.length, resampled: "test samples, classifiers kept" }) as const;

type Resampling = Pick<CodesInput, "train" | "seed" | "replicates" | "pause">;

/**
 * The normal bootstrap interval (Efron and Tibshirani 1993, "An introduction to the bootstrap"): score
 * ± 1.96 standard deviations over replicates, each measured on rows drawn with replacement; replicates of m < n
 * rows have their deviation scaled by √(m/n). Halves drawn without replacement vary as much as the whole does
 * (Politis and Romano 1994). Centred on the score, so the bias that drawing rows twice adds to entropies and trees
 * does not shift it.
 *
 * @param input what the metric was given: its seed and number of replicates; `pause` is called before each one
 */
export async function bootstrap(
  score: number,
  input: Resampling,
  options: BootstrapOptions,
  measure: (rows: Uint32Array) => number | Promise<number>,
): Promise<Interval> {
  return (await bootstrapEach([score], input, options, async (rows) => [await measure(rows)]))[0]!;
}

/** Several scores that are measured together. */
export async function bootstrapEach(
  scores: readonly number[],
  { train, seed, pause, ...input }: Resampling,
  options: BootstrapOptions,
  measure: (rows: Uint32Array) => readonly number[] | Promise<readonly number[]>,
): Promise<Interval[]> {
  const { count = train.length, size = count, halves = false, range = [0, 1] } = options;
  const { mostReplicates = input.replicates, resampled = "samples" } = options;
  const replicates = Math.min(input.replicates, mostReplicates);
  const draws = new Draws(seed, "metrics/bootstrap");
  const found: (readonly number[])[] = [];
  for (let i = 0; i < replicates; i++) {
    await pause();
    const rows = halves ? distinctRows(Math.ceil(count / 2), 0, count, draws) : draws.rows(size, count);
    found.push(await measure(rows));
  }
  const scale = halves ? 1 : size / count;
  const [least, most] = range;
  return scores.map((score, k) => {
    const middle = mean(found.map((one) => one[k]!));
    const squares = sum(found.map((one) => (one[k]! - middle) ** 2));
    const deviation = replicates < 2 ? 0 : Math.sqrt((squares / (replicates - 1)) * scale);
    return {
      low: Math.max(least, score - 1.96 * deviation),
      high: Math.min(most, score + 1.96 * deviation),
      level: 0.95,
      replicates,
      resampled,
    };
  });
}

/** The interval of a score that nothing is drawn for. */
export const exactly = (score: number, why: string): Interval => ({
  low: score,
  high: score,
  level: 0.95,
  replicates: 0,
  resampled: `nothing: ${why}`,
});

/** The mean of the rows of `values`. */
export function meanOf(values: Float64Array, rows: Uint32Array): number {
  let total = 0;
  for (let i = 0; i < rows.length; i++) total += values[rows[i]!]!;
  return total / rows.length;
}
