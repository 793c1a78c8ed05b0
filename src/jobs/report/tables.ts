/** The evaluations that a run holds, as the report's tables: what `evaluate` and `metrics` wrote. */

import { BetalabError } from "../../base/errors.ts";
import { formatCount, formatFixed, plural } from "../../base/format.ts";
import { chanceText, intervalText } from "../../metrics/index.ts";
import type { ReportTable } from "../../pages/index.ts";
import {
  type EvaluationRecord,
  type MetricsRecord,
  newestResults,
  readEvaluation,
  readMetrics,
} from "../../runs/index.ts";
import { describeEvaluation } from "../evaluation-rows.ts";

/** Empty where nothing was evaluated; in the place of a table that cannot be used stands why. */
export function evaluationTables(path: string): ReportTable[] {
  return [
    ...tablesOf("evaluation.json", () => readEvaluation(path), evaluated),
    ...tablesOf("metrics.json", () => readMetrics(path), measured),
  ];
}

function tablesOf<T>(
  title: string,
  read: () => T | undefined,
  make: (record: T) => ReportTable[],
): ReportTable[] {
  try {
    const record = read();
    return record === undefined ? [] : make(record);
  } catch (error) {
    if (!(error instanceof BetalabError)) throw error;
    return [{ title, note: error.message, columns: [], rows: [] }];
  }
}

function evaluated(evaluation: EvaluationRecord): ReportTable[] {
  const { about, sections } = describeEvaluation(evaluation);
  return sections.map(({ notes, ...section }, i) => ({
    ...section,
    note: [...(i === 0 ? [about] : []), ...notes].join("; ") || undefined,
    remarks: i === 0 ? evaluation.diagnoses.map(({ sentence }) => sentence) : [],
  }));
}

function measured(record: MetricsRecord): ReportTable[] {
  const { images, data, checkpoint } = record;
  return [
    {
      title: "Disentanglement",
      note: `${plural(formatCount(images), "image")} of ${data}, weights of step ${formatCount(checkpoint.step)}; 95 % intervals. Chance: what codes score that know nothing; ~ measured, with the codes of other images.`,
      columns: ["metric", "score", "interval", "chance", "unit", "better", "definition"],
      rows: newestResults(record).map(({ metric, score, interval, chance, unit, better, definition }) => [
        metric,
        formatFixed(score, 3),
        intervalText(interval),
        chanceText(interval, better, chance),
        unit,
        better,
        definition,
      ]),
    },
  ];
}
