/** The evaluations that a run holds, as the report's tables: what `evaluate` and `metrics` wrote. */

import type { z } from "zod";
import { formatCount } from "../../base/format.ts";
import type { ReportTable } from "../../pages/index.ts";
import { describeEvaluation, type StoredEvaluation } from "../evaluation-rows.ts";
import { evaluationSchema, metricsSchema, readTable } from "../tables.ts";

/** Empty where nothing was evaluated; in the place of a table that cannot be used stands why. */
export function evaluationTables(path: string): ReportTable[] {
  return [
    ...tablesOf(path, "evaluation.json", evaluationSchema, evaluated),
    ...tablesOf(path, "metrics.json", metricsSchema, measured),
  ];
}

function tablesOf<S extends z.ZodType>(
  path: string,
  name: string,
  schema: S,
  make: (value: z.output<S>) => ReportTable[],
): ReportTable[] {
  const table = readTable(path, name, schema);
  if (table === undefined) return [];
  if (table.problem !== undefined) return [{ title: name, note: table.problem, columns: [], rows: [] }];
  return make(table.value);
}

function evaluated(evaluation: StoredEvaluation): ReportTable[] {
  const { about, sections } = describeEvaluation(evaluation);
  return sections.map(({ notes, ...section }, i) => ({
    ...section,
    note: [...(i === 0 ? [about] : []), ...notes].join("; ") || undefined,
    remarks: i === 0 ? evaluation.diagnoses.map(({ sentence }) => sentence) : [],
  }));
}

function measured({ results, images, data, step }: z.output<typeof metricsSchema>): ReportTable[] {
  return [
    {
      title: "Disentanglement",
      note: `${formatCount(images)} images of ${data}, weights of step ${formatCount(step)}; 95 % intervals.`,
      columns: ["metric", "score", "interval", "unit", "better", "definition"],
      rows: results.map(({ metric, score, interval, unit, better = "", definition }) => [
        metric,
        score.toFixed(3),
        `${interval.low.toFixed(3)} – ${interval.high.toFixed(3)}`,
        unit,
        better,
        definition,
      ]),
    },
  ];
}
