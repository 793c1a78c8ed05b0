/**
 * The comparison itself: one model of all settings for each measure, the differences of all pairs, and which of them
 * stand when all pairs of all measures are tested together. Pure.
 */

import { chiSquareTail, studentQuantile } from "../../base/probabilities.ts";
import { normalQuantile } from "../../base/random.ts";
import { mean, sum } from "../../base/statistics.ts";
import type { Config } from "../../config/index.ts";
import { isAtChance } from "../../metrics/index.ts";
import {
  type Difference,
  type Fitted,
  fitMeasure,
  imagesDifference,
  type Method,
  pooledDifference,
  welchDifference,
} from "./differences.ts";
import { type Factor, factorsOf, type Term, testTerms } from "./factors.ts";
import { type Group, groupBy } from "./group.ts";
import type { Measure } from "./measure.ts";
import { falseDiscoveryRate, holm } from "./multiplicity.ts";
import { type Interval, meanInterval, spearman } from "./statistics.ts";

/** A run as far as the statistics go. */
export interface MeasuredRun {
  readonly name: string;
  readonly config: Config;
  readonly seed: number;
  readonly values: ReadonlyMap<string, number>;
  /** Standard errors of the values over images, where they are known. */
  readonly errors: ReadonlyMap<string, number>;
  /** What codes score that know nothing, by the measure's key. */
  readonly chances: ReadonlyMap<string, number>;
  readonly measures: readonly Measure[];
  /** Why none of its numbers counts: it collapsed, it is still training. */
  readonly aside?: string | undefined;
  /** Why there is no number, by the measure's key; that of "metric:" is meant for all metrics. */
  readonly missing: ReadonlyMap<string, string>;
}

/** One measure over all settings. */
export interface MeasureComparison extends Measure {
  /** In the order of the groups; `undefined` where no run of the group counts. */
  readonly intervals: readonly (Interval | undefined)[];
  /** Standard error over images of the mean of the group's runs; NaN where it is not known. */
  readonly imageErrors: readonly number[];
  /** What codes score that know nothing, the mean over the group's runs; absent where no run has such a level. */
  readonly chances: readonly (number | undefined)[];
  /** Groups whose 95 % interval does not lie on the better side of chance. */
  readonly atChance: readonly boolean[];
  /** Means of the runs that don't count, where no other has the number. */
  readonly aside: readonly (number | undefined)[];
  readonly method: Method;
  /** Whether seeds are a block of the model. */
  readonly blocks: boolean;
  /** Residual standard deviation over seeds; NaN where nothing was repeated. */
  readonly deviation: number;
  readonly freedom: number;
  /** p of equal variances; NaN where it can't be asked. */
  readonly equalVariances: number;
  /** Every pair of settings with a number. */
  readonly differences: readonly PairDifference[];
  /** Main effects and interactions of the factors; empty where the settings are no grid, or variances differ. */
  readonly terms: readonly Term[];
  /** Why it is no part of the verdict: it is bound by something else than the models. */
  readonly withheld?: string | undefined;
  /** Runs that are left out of it, and why. */
  readonly leftOut: readonly { readonly run: string; readonly reason: string }[];
}

/** Group `to` minus group `from`. */
export interface PairDifference extends Difference {
  /** Holm's, over all pairs of all measures. */
  readonly adjusted: number;
  /** Benjamini and Hochberg's, over the same: for the exploratory table. */
  readonly discovery: number;
  /** Larger than the noise over seeds: `adjusted` is at most the family's level. */
  readonly larger: boolean;
}

/** What was tested together. */
interface Family {
  readonly tests: number;
  readonly measures: number;
  /**
   * The adjusted p up to which differences count: 5 % where each is a paired test; otherwise half of it, the other half
   * covers what tests of equal variances overlook with three seeds (docs/statistics.md).
   */
  readonly level: number;
  /** What the clearest difference of all has to be at least to count, in deviations of the noise as `effect` is; NaN where nothing was tested. */
  readonly least: number;
  /** Variances differ between settings more often over all measures than luck explains: every measure is judged by Welch's test. */
  readonly variancesDiffer: boolean;
}

export interface Comparison {
  readonly measures: readonly MeasureComparison[];
  readonly family: Family;
  /** What the settings vary; several where they are a grid. */
  readonly factors: readonly Factor[];
  /** Spearman's ρ over the runs that count, `[measure][measure]`; absent for fewer than four. NaN where one is constant. */
  readonly correlations: readonly (readonly number[])[] | undefined;
  readonly notes: readonly string[];
}

/** The probability that the verdict names any difference that is none. */
const LEVEL = 0.05;
/** Variances count as different at this p: a lenient test, since overlooking it makes false differences. */
const VARIANCE_LEVEL = 0.2;
/** The variance of rounding to whole numbers: equal counts in all seeds don't say that there is no noise. */
const ROUNDING_VARIANCE = 1 / 12;
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
      measures: compared.filter(
        ({ withheld, differences }) =>
          withheld === undefined && differences.some(({ p }) => !Number.isNaN(p)),
      ).length,
      level,
      least: leastEffect(
        compared.flatMap(({ withheld, differences }) => (withheld === undefined ? differences : [])),
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

/** The numbers of one measure: those that count, by setting, and those that don't. */
interface Collected {
  readonly measure: Measure;
  readonly values: readonly (readonly {
    readonly seed: number;
    readonly value: number;
    readonly error: number;
    readonly chance: number | undefined;
  }[])[];
  readonly aside: readonly (number | undefined)[];
  readonly leftOut: MeasureComparison["leftOut"];
  /** Positions among the groups of the settings that have a number. */
  readonly settings: readonly number[];
  readonly fitted: Fitted | undefined;
}

function collect(measure: Measure, groups: readonly Group<MeasuredRun>[]): Collected {
  const { key } = measure;
  const leftOut: { run: string; reason: string }[] = [];
  const aside: (number | undefined)[] = [];
  const values = groups.map(({ runs }) => {
    const without: number[] = [];
    const own = runs.flatMap((run) => {
      const value = run.values.get(key);
      const reason = run.aside ?? whyNot(run, measure);
      if (reason === undefined)
        return [
          {
            seed: run.seed,
            value: value!,
            error: run.errors.get(key) ?? Number.NaN,
            chance: run.chances.get(key),
          },
        ];
      leftOut.push({ run: run.name, reason });
      if (value !== undefined && Number.isFinite(value)) without.push(value);
      return [];
    });
    aside.push(own.length === 0 && without.length > 0 ? mean(without) : undefined);
    return own;
  });
  const settings = values.flatMap((own, i) => (own.length > 0 ? [i] : []));
  const observations = settings.flatMap((group, setting) =>
    values[group]!.map(({ seed, value }) => ({ setting, seed, value })),
  );
  const fitted =
    settings.length === 0
      ? undefined
      : fitMeasure(observations, settings.length, measure.whole ? ROUNDING_VARIANCE : 0);
  return { measure, values, aside, leftOut, settings, fitted };
}

/** Why a run's number can't be averaged; `undefined` when it can. */
function whyNot({ values, missing }: MeasuredRun, { key, label }: Measure): string | undefined {
  const value = values.get(key);
  if (value === undefined)
    return missing.get(key) ?? missing.get(key.replace(/:.*/, ":")) ?? `${label} was not measured`;
  return Number.isFinite(value) ? undefined : `${label} is ${value}`;
}

function judge(
  { measure, values, aside, leftOut, settings, fitted }: Collected,
  factors: readonly Factor[],
  variancesDiffer: boolean,
): Omit<MeasureComparison, "differences" | "terms"> & {
  differences: Difference[];
  terms: Omit<Term, "discovery">[];
} {
  const imageErrors = values.map((own) =>
    own.length === 0 ? Number.NaN : Math.sqrt(sum(own.map(({ error }) => error ** 2))) / own.length,
  );
  const intervals = values.map((own) =>
    own.length === 0 ? undefined : meanInterval(own.map(({ value }) => value)),
  );
  const chances = values.map((own) => {
    const known = own.flatMap(({ chance }) => chance ?? []);
    return known.length === 0 ? undefined : mean(known);
  });
  const atChance = intervals.map((interval, i) => {
    if (interval === undefined || measure.better === undefined) return false;
    const reach = reachOf(interval, imageErrors[i]!);
    const ends = { low: interval.mean - reach, high: interval.mean + reach };
    return isAtChance(ends, measure.better, chances[i]);
  });
  const found = { ...measure, intervals, imageErrors, chances, atChance, aside, leftOut };
  if (fitted === undefined) {
    const unknown = { deviation: Number.NaN, freedom: 0, equalVariances: Number.NaN };
    return { ...found, ...unknown, method: "none", blocks: false, differences: [], terms: [] };
  }
  const { model, equalVariances } = fitted;
  const method: Method =
    model.freedom === 0
      ? imageErrors.some(Number.isFinite)
        ? "images"
        : "none"
      : !isPaired(fitted) && (variancesDiffer || equalVariances < VARIANCE_LEVEL)
        ? "welch"
        : "pooled";
  const between = (from: number, to: number): Difference => {
    if (method === "pooled") return pooledDifference(fitted, from, to);
    if (method === "welch") return welchDifference(fitted, from, to);
    const [a, b] = [settings[from]!, settings[to]!];
    const means = [intervals[a]!.mean, intervals[b]!.mean] as const;
    return imagesDifference(means, [imageErrors[a]!, imageErrors[b]!], { from, to });
  };
  const differences = settings.flatMap((_, from) =>
    settings.slice(from + 1).map((__, i) => {
      const one = between(from, from + 1 + i);
      return { ...one, from: settings[one.from]!, to: settings[one.to]! };
    }),
  );
  return {
    ...found,
    method,
    blocks: model.blocks && method === "pooled",
    deviation: Math.sqrt(model.variance),
    freedom: model.freedom,
    equalVariances,
    differences,
    terms: method === "pooled" && settings.length === values.length ? testTerms(factors, model) : [],
  };
}

/** Half the 95 % interval of a mean: over seeds; over images, where there is one run. */
export const reachOf = ({ halfWidth }: Interval, imageError: number): number =>
  Number.isNaN(halfWidth) ? 1.96 * imageError : halfWidth;

/** Two settings with the same seeds: a test of differences within seeds, which does not care for variances. */
const isPaired = ({ model }: Fitted): boolean => model.blocks && model.counts.length === 2;

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
