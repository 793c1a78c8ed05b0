/** A run's metrics as tables: the newest result of each, a row a metric. */

import { formatFixed } from "../base/format.ts";
import { latexTable, markdownTable, tableCell } from "../base/tables.ts";
import { intervalText } from "../metrics/index.ts";
import { type MetricsRecord, newestResults } from "../runs/index.ts";
import type { Artifact } from "./artifacts.ts";

/** As CSV with all digits, a column a key, those of the metrics' settings too; as Markdown and LaTeX for reading. */
export function metricsTables(
  record: MetricsRecord,
  folder: string,
  forms: readonly ("csv" | "markdown" | "latex")[],
): Artifact[] {
  const results = newestResults(record);
  const settings = [...new Set(results.flatMap((one) => Object.keys(one.settings)))];
  const heading = [
    ...["run", "step", "data", "metric", "score", "low_95", "high_95", "chance", "unit", "better"],
    ...["definition", "seed", ...settings.map((key) => `settings.${key}`)],
  ];
  const rows = results.map((one) => [
    ...[record.run, one.step, record.data, one.metric, one.score, one.interval.low, one.interval.high],
    ...[one.chance?.score, one.unit, one.better, one.definition, one.seed],
    ...settings.map((key) => tableCell(one.settings[key])),
  ]);
  const shown = [
    ["metric", "score", "95 % interval", "chance", ""],
    ...results.map(({ metric, score, interval, chance, better }) => [
      ...[metric, formatFixed(score, 3), intervalText(interval)],
      ...[chance ? formatFixed(chance.score, 3) : "", `${better} is better`],
    ]),
  ];
  const read = { markdown: [".md", markdownTable], latex: [".tex", latexTable] } as const;
  return forms.map((form) => {
    if (form === "csv") return { kind: "table", heading, rows, folder };
    const [suffix, write] = read[form];
    return { kind: "text", suffix, text: `${write(shown)}\n`, folder };
  });
}
