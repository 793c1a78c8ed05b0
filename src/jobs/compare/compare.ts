/**
 * The comparison itself: one model of all settings for each measure, the differences of all pairs, and which of them
 * stand when all pairs of all measures are tested together. Pure.
 */

import { groupBy } from "../../base/lists.ts";
import { chiSquareTail, studentQuantile } from "../../base/probabilities.ts";
import { normalQuantile } from "../../base/random.ts";
import { sum } from "../../base/statistics.ts";
import { factorsOf } from "./factors.ts";
import type { Group } from "./group.ts";
import { falseDiscoveryRate, holm } from "./multiplicity.ts";
import { collect, isPaired, judge, type MeasuredRun, VARIANCE_LEVEL, whyNot } from "./one-measure.ts";
import { spearman } from "./statistics.ts";
import type { Difference, Factor, Family, Measure, MeasureComparison } from "./value.ts";

export interface Comparison {
  readonly measures: readonly MeasureComparison[];
  readonly family: Family;
  /** What the settings vary; several where they are a grid. */
  readonly factors: readonly Factor[];
  /** Spearman's ρ over the runs that count, `[measure][measure]`; absent for fewer than four. NaN where one is constant. */
  readonly correlations: readonly (readonly number[])[] | undefined;
  readonly notes: readonly string[];
}

/**
 * The probability that the verdict names any difference that is none. Where not each is a paired test, half of it is spent on
 * what tests of equal variances overlook with three seeds (docs/statistics.md).
 */
const LEVEL = 0.05;
/** Fewer runs than these say nothing about a correlation: with three, |ρ| = 1 comes by chance one time in three. */
const LEAST_FOR_CORRELATION = 4;

export function compareGroups(groups: readonly Group<MeasuredRun>[]): Comparison {
  const runs = groups.flatMap((group) => group.runs);
  const { measures, notes } = commonMeasures(runs);
  const factors = factorsOf(groups);
  const collected = measures.map((measure) => collect(measure, groups));
  const tested = collected.filter(({ measure }) => measure.withheld === undefined);
  const variancesDiffer = stouffer(tested.map(({ fitted }) => fitted?.equalVariances ?? Number.NaN));
  const compared = collected.map((one) => judge(one, factors, variancesDiffer));
  const level = tested.every(({ fitted }) => fitted === undefined || isPaired(fitted)) ? LEVEL : LEVEL / 2;
  const ps = compared.flatMap(({ withheld, differences }) =>
    differences.map(({ p }) => (withheld === undefined ? p : Number.NaN)),
  );
  const tests = ps.filter((p) => !Number.isNaN(p)).length;
  const [adjusted, discovery] = [holm(ps), falseDiscoveryRate(ps)];
  const termPs = falseDiscoveryRate(
    compared.flatMap(({ withheld, terms }) =>
      terms.map(({ p }) => (withheld === undefined ? p : Number.NaN)),
    ),
  );
  const judged = compared.filter(({ withheld }) => withheld === undefined);
  let [at, termAt] = [0, 0];
  const counted = runs.filter(({ aside }) => aside === undefined);
  return {
    measures: compared.map((measure) => ({
      ...measure,
      differences: measure.differences.map((one) => {
        const own = { adjusted: adjusted[at]!, discovery: discovery[at]! };
        at++;
        return { ...one, ...own, larger: own.adjusted <= level };
      }),
      terms: measure.terms.map((term) => ({ ...term, discovery: termPs[termAt++]! })),
    })),
    family: {
      tests,
      measures: judged.filter(({ differences }) => differences.some(({ p }) => !Number.isNaN(p))).length,
      level,
      least: leastEffect(
        judged.flatMap(({ differences }) => differences),
        level / tests,
      ),
      variancesDiffer,
    },
    factors,
    correlations: correlations(measures, counted),
    notes,
  };
}

/** The smallest effect whose own p would be `level`. */
function leastEffect(differences: readonly Difference[], level: number): number {
  // Of a pooled residual all pairs have the same degrees of freedom.
  const wider = new Map<number, number>();
  const least = differences.flatMap(({ difference, low, high, effect, freedom, p }) => {
    if (Number.isNaN(p) || !(Math.abs(effect) > 0)) return [];
    const ratio =
      wider.get(freedom) ?? studentQuantile(1 - level / 2, freedom) / studentQuantile(0.975, freedom);
    wider.set(freedom, ratio);
    return [((ratio * (high - low)) / 2) * (effect / difference)];
  });
  return least.length === 0 ? Number.NaN : Math.min(...least);
}

/** Measures by key, without those that are another thing in another run. */
function commonMeasures(runs: readonly MeasuredRun[]): { measures: Measure[]; notes: string[] } {
  const notes: string[] = [];
  const byKey = groupBy(
    runs.flatMap((run) => run.measures),
    ({ key }) => key,
  );
  const measures = [...byKey.values()].flatMap((same): Measure[] => {
    const [first] = same;
    if (new Set(same.map(({ definition }) => definition)).size === 1) {
      const withheld = same.find((one) => one.withheld !== undefined)?.withheld;
      return [withheld === undefined ? first! : { ...first!, withheld }];
    }
    notes.push(`${first!.label} was measured with different settings: not compared`);
    return [];
  });
  return { measures, notes };
}

/**
 * Whether many p of equal variances are together too small (Stouffer et al. 1949): a difference that one measure with
 * three seeds can't show. Extreme ones count as 0.001: they convict their own measure, not all.
 */
function stouffer(ps: readonly number[]): boolean {
  const scores = ps
    .filter((p) => !Number.isNaN(p))
    .map((p) => -normalQuantile(Math.min(0.999, Math.max(0.001, p))));
  if (scores.length < 2) return false;
  const z = sum(scores) / Math.sqrt(scores.length);
  return z > 0 && chiSquareTail(z * z, 1) / 2 < VARIANCE_LEVEL;
}

function correlations(
  measures: readonly Measure[],
  runs: readonly MeasuredRun[],
): readonly (readonly number[])[] | undefined {
  if (runs.length < LEAST_FOR_CORRELATION) return undefined;
  const complete = measures.map((measure) =>
    runs.every((run) => whyNot(run, measure) === undefined)
      ? runs.map(({ values }) => values.get(measure.key)!)
      : undefined,
  );
  return spearman(complete);
}
