/** The comparison itself: means with intervals, differences against the noise over seeds, rank correlations. Pure. */

import type { Config } from "../../config/index.ts";
import type { Measure } from "./collect.ts";
import { type Group, groupBy } from "./group.ts";
import {
  type GroupDifference,
  groupDifference,
  holm,
  type Interval,
  meanInterval,
  spearman,
} from "./statistics.ts";

/** A run as far as the statistics go. */
export interface MeasuredRun {
  readonly name: string;
  readonly config: Config;
  readonly seed: number;
  readonly values: ReadonlyMap<string, number>;
  readonly measures: readonly Measure[];
}

/** One measure over all settings. */
export interface MeasureComparison extends Measure {
  /** In the order of the groups; `undefined` where no run of the group has it. */
  readonly intervals: readonly (Interval | undefined)[];
  readonly differences: readonly PairDifference[];
}

/** Group `to` minus group `from`, as indices. */
export interface PairDifference extends GroupDifference {
  readonly from: number;
  readonly to: number;
  /** Larger than the noise over seeds: Holm's test at 5 % over all pairs of this measure. */
  readonly larger: boolean;
}

export interface Comparison {
  readonly measures: readonly MeasureComparison[];
  /** Spearman's ρ over the runs, `[measure][measure]`; absent for fewer than four runs. NaN where one is constant. */
  readonly correlations: readonly (readonly number[])[] | undefined;
  readonly notes: readonly string[];
}

/** Fewer runs than these say nothing about a correlation: with three, |ρ| = 1 comes by chance one time in three. */
const LEAST_FOR_CORRELATION = 4;

export function compareGroups(groups: readonly Group<MeasuredRun>[]): Comparison {
  const runs = groups.flatMap((group) => group.runs);
  const { measures, notes } = commonMeasures(runs);
  const compared = measures.map((measure) => compareMeasure(measure, groups));
  const complete = measures.filter(({ key }) => runs.every(({ values }) => values.has(key)));
  const correlations =
    runs.length < LEAST_FOR_CORRELATION
      ? undefined
      : measures.map((a) =>
          measures.map((b) =>
            complete.includes(a) && complete.includes(b)
              ? spearman(
                  runs.map(({ values }) => values.get(a.key)!),
                  runs.map(({ values }) => values.get(b.key)!),
                )
              : Number.NaN,
          ),
        );
  return { measures: compared, correlations, notes };
}

/** Measures by key, without those that are another thing in another run. */
function commonMeasures(runs: readonly MeasuredRun[]): { measures: Measure[]; notes: string[] } {
  const notes: string[] = [];
  const byKey = groupBy(
    runs.flatMap((run) => run.measures),
    ({ key }) => key,
  );
  const measures = [...byKey.values()].flatMap((same) => {
    const [first] = same;
    if (new Set(same.map(({ definition }) => definition)).size === 1) return [first!];
    notes.push(`${first!.label} was measured with different settings: not compared`);
    return [];
  });
  const partial = measures.filter(({ key }) => !runs.every(({ values }) => values.has(key)));
  for (const { label, key } of partial) {
    const count = runs.filter(({ values }) => values.has(key)).length;
    notes.push(`${label} is known of ${count} of ${runs.length} runs`);
  }
  return { measures, notes };
}

function compareMeasure(measure: Measure, groups: readonly Group<MeasuredRun>[]): MeasureComparison {
  // Non-finite numbers (a metric of dead codes) can't be averaged.
  const bySeed = groups.map(
    ({ runs }) =>
      new Map(
        runs.flatMap(({ seed, values }): [number, number][] => {
          const value = values.get(measure.key);
          return value === undefined || !Number.isFinite(value) ? [] : [[seed, value]];
        }),
      ),
  );
  const intervals = bySeed.map((values) =>
    values.size === 0 ? undefined : meanInterval([...values.values()]),
  );
  const pairs = bySeed.flatMap((first, from) =>
    bySeed.slice(from + 1).flatMap((second, i) => {
      const found = groupDifference(first, second);
      return found === undefined ? [] : [{ from, to: from + 1 + i, ...found }];
    }),
  );
  const larger = holm(pairs.map(({ p }) => p));
  return { ...measure, intervals, differences: pairs.map((pair, i) => ({ ...pair, larger: larger[i]! })) };
}
