/** The comparison as tables: for reading, and with all digits. */

import { formatWithError } from "../../base/format.ts";
import type { Comparison, MeasureComparison, MeasuredRun } from "./compare.ts";
import type { Group } from "./group.ts";

/** A table with all digits. */
export interface ComparisonTable {
  readonly heading: readonly string[];
  readonly rows: readonly (readonly (string | number | undefined)[])[];
}

/** A row for each measure, a column for each setting: "12.3 ± 0.4". The first row is the heading. */
export function comparisonRows({ measures }: Comparison, groups: readonly Group<MeasuredRun>[]): string[][] {
  const heading = ["", ...groups.map(({ label }) => label), ""];
  const counts = ["runs", ...groups.map(({ runs }) => String(runs.length)), ""];
  const rows = measures.map((measure) => [
    measure.label,
    ...measure.intervals.map((interval) =>
      interval === undefined ? "" : formatWithError(interval.mean, interval.halfWidth),
    ),
    noteOf(measure),
  ]);
  return [heading, counts, ...rows];
}

/** "nats/image, lower is better". */
export function noteOf({ unit, better }: Pick<MeasureComparison, "unit" | "better">): string {
  return [unit, better && `${better} is better`].filter((part) => part !== undefined).join(", ");
}

/** A table in GitHub's Markdown. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const [heading, ...others] = rows;
  const rule = heading!.map((_, i) => (i === 0 || i === heading!.length - 1 ? "---" : "---:"));
  return [line(heading!), line(rule), ...others.map(line)].join("\n");
}

/** In long form: one line for each measure and setting. */
export function comparisonTable(
  { measures }: Comparison,
  groups: readonly Group<MeasuredRun>[],
): ComparisonTable {
  const rows = measures.flatMap(({ label, unit, intervals }) =>
    groups.flatMap((group, i) => {
      const interval = intervals[i];
      if (interval === undefined) return [];
      const { count, mean, halfWidth, deviation } = interval;
      return [[label, unit, group.label, count, known(mean), known(halfWidth), known(deviation)]];
    }),
  );
  return {
    heading: ["measure", "unit", "setting", "runs", "mean", "half_width_95", "standard_deviation"],
    rows,
  };
}

/** One line for each run with all its numbers. */
export function runsTable({ measures }: Comparison, groups: readonly Group<MeasuredRun>[]): ComparisonTable {
  const keys = Object.keys(groups[0]?.settings ?? {});
  const rows = groups.flatMap(({ settings, runs }) =>
    runs.map(({ name, seed, values }) => [
      name,
      ...keys.map((key) => shown(settings[key])),
      seed,
      ...measures.map(({ key }) => known(values.get(key))),
    ]),
  );
  return { heading: ["run", ...keys, "seed", ...measures.map(({ label }) => label)], rows };
}

/** An empty cell for a number that there is not: the deviation of one run. */
function known(value: number | undefined): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}

function shown(value: unknown): string | number | undefined {
  if (value === undefined || typeof value === "number") return value;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
