/**
 * One linear model of all settings: value = setting + seed + noise, by least squares, with one residual for all. Seeds
 * can be a block where every seed was run in at least two settings and they connect all settings; otherwise they are
 * left out of the model, and what they do is part of the noise. Pure.
 */

import { symmetricInverse } from "../../base/linear-algebra.ts";
import { chiSquareTail } from "../../base/probabilities.ts";
import { largest, sum } from "../../base/statistics.ts";

/** A value of a run. */
export interface Observation {
  readonly setting: number;
  readonly seed: number;
  readonly value: number;
}

export interface SettingsModel {
  /** Whether seeds are a block. */
  readonly blocks: boolean;
  /** Least-squares means of the settings, up to a constant that all share. */
  readonly effects: readonly number[];
  /** Their covariance in units of the residual variance, for differences of them: `[settings][settings]`. */
  readonly covariance: readonly (readonly number[])[];
  /** Residual variance, and its degrees of freedom; NaN and 0 where nothing was repeated. */
  readonly variance: number;
  readonly freedom: number;
  /** Each setting's own residual variance; NaN for fewer than two runs, and where the model fits all of them exactly. */
  readonly variances: readonly number[];
  /** Runs of each setting. */
  readonly counts: readonly number[];
  /** Smaller differences are zero. */
  readonly rounding: number;
}

/**
 * @param settings how many there are; each has an observation
 * @param seeded whether seeds are a block, where they can be
 * @param leastVariance variances are at least so large: that of rounding, 1/12, where values are whole numbers
 */
export function fitSettings(
  observations: readonly Observation[],
  settings: number,
  seeded = true,
  leastVariance = 0,
): SettingsModel {
  const seeds = [...new Set(observations.map(({ seed }) => seed))];
  const blocks = seeded && areBlocks(observations, settings, seeds);
  const columns = blocks ? seeds.length : 1;
  const column = ({ seed }: Observation): number => (blocks ? seeds.indexOf(seed) : 0);
  const tally = (take: (one: Observation) => number): number[][] => {
    const table = Array.from({ length: settings }, () => new Array<number>(columns).fill(0));
    for (const one of observations) table[one.setting]![column(one)]! += take(one);
    return table;
  };
  const cells = tally(() => 1);
  const totals = tally(({ value }) => value);
  const down = (table: readonly (readonly number[])[], j: number) => sum(table.map((row) => row[j]!));
  const sizes = cells[0]!.map((_, j) => down(cells, j));
  const means = sizes.map((size, j) => down(totals, j) / size);
  const counts = cells.map(sum);
  /** The share of each setting in the block of column j. */
  const shares = sizes.map((size, j) => cells.map((row) => row[j]! / size));
  // The normal equations with the blocks eliminated: C = diag(n) − N·diag(1/m)·Nᵀ. Its null space is the constant.
  const reduced = cells.map((row, a) =>
    cells.map(
      (_, b) => (a === b ? counts[a]! : 0) - sum(row.map((n, j) => n * shares[j]![b]!)) + 1 / settings,
    ),
  );
  const covariance = symmetricInverse(reduced);
  const right = cells.map((row, a) => sum(totals[a]!) - sum(row.map((n, j) => n * means[j]!)));
  const effects = covariance.map((row) => sum(row.map((one, b) => one * right[b]!)));
  const blockEffects = means.map((mean, j) => mean - sum(effects.map((one, a) => one * shares[j]![a]!)));
  // What the noise of one run leaves of its residual's variance: 1 − its leverage.
  const left = cells.map((row, a) =>
    sum(row.map((n, j) => (n === 0 ? 0 : n * (1 - 1 / sizes[j]! - quadratic(covariance, shares[j]!, a))))),
  );
  const squares = new Array<number>(settings).fill(0);
  for (const one of observations) {
    squares[one.setting]! += (one.value - effects[one.setting]! - blockEffects[column(one)]!) ** 2;
  }
  const freedom = Math.max(0, observations.length - settings - columns + 1);
  // What rounding leaves of a zero is one.
  const rounding = 1e-12 * largest(observations.map(({ value }) => Math.abs(value)));
  const atLeast = (value: number): number => Math.max(value > rounding ** 2 ? value : 0, leastVariance);
  return {
    blocks,
    effects,
    covariance,
    variance: freedom === 0 ? Number.NaN : atLeast(sum(squares) / freedom),
    freedom,
    variances: squares.map((own, a) =>
      counts[a]! < 2 || left[a]! < EXACT ? Number.NaN : atLeast(own / left[a]!),
    ),
    counts,
    rounding,
  };
}

/** Of a residual's degrees of freedom, what rounding leaves where there are none. */
const EXACT = 1e-9;

/** Every seed was run in at least two settings, and from each setting one reaches all others by shared seeds. */
function areBlocks(
  observations: readonly Observation[],
  settings: number,
  seeds: readonly number[],
): boolean {
  const bySeed = seeds.map((seed) => [
    ...new Set(observations.filter((one) => one.seed === seed).map(({ setting }) => setting)),
  ]);
  if (bySeed.some((own) => own.length < 2)) return false;
  const reached = new Set(bySeed[0]);
  for (let before = 0; before < reached.size; ) {
    before = reached.size;
    for (const own of bySeed)
      if (own.some((one) => reached.has(one))) for (const one of own) reached.add(one);
  }
  return reached.size === settings;
}

/** (e_a − share)ᵀ·matrix·(e_a − share). */
function quadratic(matrix: readonly (readonly number[])[], share: readonly number[], a: number): number {
  const x = share.map((one, b) => (a === b ? 1 : 0) - one);
  return sum(x.map((xi, i) => xi * sum(x.map((xj, j) => xj * matrix[i]![j]!))));
}

/**
 * p of equal variances of several groups of so many values each (Bartlett 1937); groups of one, and those of variance NaN,
 * say nothing. NaN where fewer than two groups say anything.
 */
export function equalVariances(variances: readonly number[], counts: readonly number[]): number {
  const known = variances.flatMap((variance, i) =>
    counts[i]! < 2 || Number.isNaN(variance) ? [] : [{ variance, freedom: counts[i]! - 1 }],
  );
  if (known.length < 2 || known.every(({ variance }) => variance === 0)) return Number.NaN;
  const freedom = sum(known.map((one) => one.freedom));
  const pooled = sum(known.map((one) => one.freedom * one.variance)) / freedom;
  const statistic = sum(known.map((one) => one.freedom * Math.log(pooled / one.variance)));
  const correction = 1 + (sum(known.map((one) => 1 / one.freedom)) - 1 / freedom) / (3 * (known.length - 1));
  return chiSquareTail(statistic / correction, known.length - 1);
}
