/** Drawing rows and measuring how much a score hangs on them. Counter-based: the same seed draws the same rows. */

import type { Columns } from "../../base/linear-algebra.ts";
import { fillUniform } from "../../base/random.ts";
import type { Interval } from "./metric.ts";

const BLOCK = 8192;

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

export interface BootstrapOptions {
  /** Rows that there are. */
  readonly count: number;
  /** Rows of a replicate: fewer than `count` for what is slow to measure (default all). */
  readonly size?: number;
  readonly replicates: number;
  readonly seed: number;
  readonly resampled: string;
  /** Called before each replicate. */
  readonly pause?: () => Promise<void>;
  /** What the score can be at all. */
  readonly range?: readonly [number, number];
}

/**
 * The normal bootstrap interval (Efron and Tibshirani 1993, "An introduction to the bootstrap", §13.3): score
 * ± 1.96 standard deviations over replicates, each measured on rows drawn with replacement; replicates of m < n
 * rows have their deviation scaled by √(m/n). Centred on the score, so the bias that drawing rows twice adds to
 * entropies and trees does not shift it.
 */
export async function bootstrap(
  score: number,
  options: BootstrapOptions,
  measure: (rows: Uint32Array) => number | Promise<number>,
): Promise<Interval> {
  return (await bootstrapEach([score], options, async (rows) => [await measure(rows)]))[0]!;
}

/** Several scores that are measured together. */
export async function bootstrapEach(
  scores: readonly number[],
  options: BootstrapOptions,
  measure: (rows: Uint32Array) => readonly number[] | Promise<readonly number[]>,
): Promise<Interval[]> {
  const { count, size = count, replicates, seed, pause } = options;
  const draws = new Draws(seed, "metrics/bootstrap");
  const found: (readonly number[])[] = [];
  for (let i = 0; i < replicates; i++) {
    await pause?.();
    found.push(await measure(draws.rows(size, count)));
  }
  return scores.map((score, i) => {
    const replicatesOfIt = found.map((one) => one[i]!);
    return intervalAround(score, replicatesOfIt, options);
  });
}

function intervalAround(
  score: number,
  found: readonly number[],
  { count, size = count, replicates, resampled, range = [0, 1] }: BootstrapOptions,
): Interval {
  const middle = found.reduce((sum, one) => sum + one, 0) / replicates;
  const squares = found.reduce((sum, one) => sum + (one - middle) ** 2, 0);
  const deviation = replicates < 2 ? 0 : Math.sqrt((squares / (replicates - 1)) * (size / count));
  const [least, most] = range;
  return {
    low: Math.max(least, score - 1.96 * deviation),
    high: Math.min(most, score + 1.96 * deviation),
    level: 0.95,
    replicates,
    resampled,
  };
}

/** The mean of the rows of `values`. */
export function meanOf(values: Float64Array, rows: Uint32Array): number {
  let sum = 0;
  for (let i = 0; i < rows.length; i++) sum += values[rows[i]!]!;
  return sum / rows.length;
}
