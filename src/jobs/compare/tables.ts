/** The comparison as tables: for reading, and for programs, with all digits, a column a key and ASCII names. */

import { formatDigits, formatShort, formatWithError } from "../../base/format.ts";
import { tableCell } from "../../base/tables.ts";
import type { Comparison } from "./compare.ts";
import { marginalMeans } from "./factors.ts";
import type { Group } from "./group.ts";
import { Names } from "./names.ts";
import { type MeasuredRun, reachOf } from "./one-measure.ts";
import type { MeasureComparison } from "./value.ts";

export interface ComparisonTable {
  readonly heading: readonly string[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
}

/** Marks a number that is not shown to be better than what codes score that know nothing. */
export const AT_CHANCE = " °";

/** With more settings than these, or than are shown, the settings are the rows: a table that is read downwards. */
const MOST_COLUMNS = 6;

/**
 * A row for each measure, a column for each setting: "12.3 ± 0.4"; turned where there are many settings, or more than
 * `most`, of which the first get a row. In parentheses: numbers that don't count. The first row is the heading.
 */
export function comparisonRows(
  { measures }: Comparison,
  groups: readonly Group<MeasuredRun>[],
  most: number = groups.length,
): string[][] {
  const counts = groups.map(({ runs }) => {
    const counted = runs.filter(({ aside }) => aside === undefined).length;
    return counted === runs.length ? `${counted}` : `${counted} of ${runs.length}`;
  });
  const table = [
    ["", ...groups.map(({ label }) => label), ""],
    ["runs", ...counts, ""],
    ...measures.map((measure) => [
      measure.label,
      ...groups.map(({ runs }, i) => cellOf(measure, i, runs)),
      [noteOf(measure), measure.withheld && "bounded by ln N, not judged"].filter(Boolean).join(", "),
    ]),
  ];
  if (groups.length <= Math.min(MOST_COLUMNS, most)) return table;
  const turned = table[0]!.map((_, column) => table.map((row) => row[column]!));
  const [heading, ...rest] = turned;
  const [notes, settings] = [rest.at(-1)!, rest.slice(0, -1)];
  const hidden = settings.length - most;
  return [
    heading!,
    ...(notes.some((note) => note !== "") ? [notes] : []),
    ...settings.slice(0, most),
    ...(hidden > 0 ? [[`… ${hidden} more`, ...table.slice(1).map(() => "")]] : []),
  ];
}

/** "12.3 ± 0.4"; with "°" where that is not shown to be better than chance, "2/3" where only two of three runs have the number; "(0.0)" where none counts. */
function cellOf(measure: MeasureComparison, group: number, runs: readonly MeasuredRun[]): string {
  const interval = measure.intervals[group];
  const aside = measure.aside[group];
  if (interval === undefined) return aside === undefined ? "" : `(${formatShort(aside)})`;
  const error = reachOf(interval, measure.imageErrors[group]!);
  const counted = runs.filter((run) => run.aside === undefined).length;
  const some = interval.count < counted ? ` (${interval.count}/${counted})` : "";
  return `${formatWithError(interval.mean, error)}${measure.atChance[group] ? AT_CHANCE : ""}${some}`;
}

/** "nats/image, lower is better". */
export function noteOf({ unit, better }: MeasureComparison): string {
  return [unit, better && `${better} is better`].filter((part) => part !== undefined).join(", ");
}

/** The keys that settings differ in, a column each. */
const keysOf = (groups: readonly Group<MeasuredRun>[]): string[] => [
  ...new Set(groups.flatMap(({ settings }) => Object.keys(settings))),
];

const settingCells = (keys: readonly string[], { settings }: Group<MeasuredRun>) =>
  keys.map((key) => tableCell(settings[key]));

/** In long form: one line for each measure and setting. */
export function comparisonTable(
  { measures }: Comparison,
  groups: readonly Group<MeasuredRun>[],
): ComparisonTable {
  const keys = keysOf(groups);
  const rows = measures.flatMap(({ key, unit, intervals }) =>
    groups.flatMap((group, i) => {
      const interval = intervals[i];
      if (interval === undefined) return [];
      const { count, mean, halfWidth, deviation } = interval;
      return [
        [key, unit, ...settingCells(keys, group), count, known(mean), known(halfWidth), known(deviation)],
      ];
    }),
  );
  const numbers = ["runs", "mean", "half_width_95", "standard_deviation"];
  return { heading: ["measure", "unit", ...keys, ...numbers], rows };
}

/** Every pair of every measure: the effect with its interval first, then what tests say of it. */
export function differencesTable(
  { measures }: Comparison,
  groups: readonly Group<MeasuredRun>[],
): ComparisonTable {
  const keys = keysOf(groups);
  const heading = [
    ...["measure", "unit", ...keys.map((key) => `from.${key}`), ...keys.map((key) => `to.${key}`)],
    ...["difference", "low_95", "high_95", "hedges_g", "method", "freedom"],
    ...["p", "p_holm", "q_benjamini_hochberg", "larger_than_noise"],
  ];
  const rows = measures.flatMap(({ key, unit, differences }) =>
    differences.map((one) => [
      ...[key, unit],
      ...[one.from, one.to].flatMap((at) => settingCells(keys, groups[at]!)),
      ...[one.difference, one.low, one.high, one.effect].map(known),
      one.method,
      ...[one.freedom, one.p, one.adjusted, one.discovery].map(known),
      String(one.larger),
    ]),
  );
  return { heading, rows };
}

/** Unweighted means over the settings at each level of each factor; no row for a single factor. */
export function marginsTable({ measures, factors }: Comparison): ComparisonTable {
  const heading = ["measure", "unit", "factor", "level", "mean"];
  if (factors.length < 2) return { heading, rows: [] };
  const rows = measures.flatMap(({ key, unit, intervals }) =>
    factors.flatMap((factor) => {
      const means = marginalMeans(
        factor,
        intervals.map((interval) => interval?.mean),
      );
      return means.map((mean, i) => [key, unit, factor.key, tableCell(factor.levels[i]), known(mean)]);
    }),
  );
  return { heading, rows };
}

/** Marginal means for reading, a row for each measure and a column for each level of each factor. The first row is the heading. */
export function marginRows({ measures, factors }: Comparison): string[][] {
  const names = new Names(factors.map(({ key }) => key));
  return [
    ["", ...factors.flatMap(({ key, levels }) => levels.map((level) => names.value(key, level))), ""],
    ...measures.map((measure) => {
      const means = measure.intervals.map((interval) => interval?.mean);
      const cells = factors.flatMap((factor) => marginalMeans(factor, means));
      return [
        measure.label,
        ...cells.map((mean) => (Number.isNaN(mean) ? "" : formatDigits(mean))),
        noteOf(measure),
      ];
    }),
  ];
}

/** The F test of each factor and of each pair, with its false-discovery rate; a row for each measure that has one. */
export function termRows({ measures, factors }: Comparison): string[][] {
  const names = new Names(factors.map(({ key }) => key));
  const tested = measures.filter(({ terms, withheld }) => terms.length > 0 && withheld === undefined);
  if (tested.length === 0) return [];
  return [
    ["", ...tested[0]!.terms.map(({ factors: of }) => of.map((key) => names.key(key)).join(" × "))],
    ...tested.map(({ label, terms }) => [
      label,
      ...terms.map(({ f, freedom: [own, left], discovery }) => {
        const q = discovery < 0.001 ? "q < 0.001" : `q = ${discovery.toFixed(3)}`;
        return `F(${own}, ${left}) ${f < 0.001 ? "< 0.001" : `= ${formatDigits(f)}`}, ${q}`;
      }),
    ]),
  ];
}

/** One line for each run with all its numbers, and why they don't count where they don't. */
export function runsTable({ measures }: Comparison, groups: readonly Group<MeasuredRun>[]): ComparisonTable {
  const keys = keysOf(groups);
  const rows = groups.flatMap((group) =>
    group.runs.map(({ name, seed, values, aside }) => [
      ...[name, ...settingCells(keys, group), seed],
      ...measures.map(({ key }) => known(values.get(key))),
      aside,
    ]),
  );
  return { heading: ["run", ...keys, "seed", ...measures.map(({ key }) => key), "left_out"], rows };
}

/** An empty cell for a number that there is not: the deviation of one run. */
function known(value: number | undefined): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}
