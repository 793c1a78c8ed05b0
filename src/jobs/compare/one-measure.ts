/** One measure over all settings: the runs that count, their means, the noise, and the differences of all pairs. Pure. */

import { mean, sum } from "../../base/statistics.ts";
import type { Config } from "../../config/index.ts";
import { isAtChance } from "../../metrics/index.ts";
import {
  type Fitted,
  fitMeasure,
  imagesDifference,
  pooledDifference,
  welchDifference,
} from "./differences.ts";
import { testTerms } from "./factors.ts";
import type { Group } from "./group.ts";
import { meanInterval } from "./statistics.ts";
import type { Difference, Factor, Interval, Measure, MeasureComparison, Term } from "./value.ts";

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

/** Variances count as different at this p: a lenient test, since overlooking it makes false differences. */
export const VARIANCE_LEVEL = 0.2;
/** The variance of rounding to whole numbers: equal counts in all seeds don't say that there is no noise. */
const ROUNDING_VARIANCE = 1 / 12;

/** The numbers of one measure: those that count, by setting, and those that don't. */
export interface Collected {
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

export function collect(measure: Measure, groups: readonly Group<MeasuredRun>[]): Collected {
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
export function whyNot({ values, missing }: MeasuredRun, { key, label }: Measure): string | undefined {
  const value = values.get(key);
  if (value === undefined)
    return missing.get(key) ?? missing.get(key.replace(/:.*/, ":")) ?? `${label} was not measured`;
  return Number.isFinite(value) ? undefined : `${label} is ${value}`;
}

export function judge(
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
  const method: Difference["method"] =
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
export const isPaired = ({ model }: Fitted): boolean => model.blocks && model.counts.length === 2;
