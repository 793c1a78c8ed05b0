/** The evaluations that a run holds, as the report's tables: what `evaluate` and `metrics` wrote. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseJson } from "../../base/json.ts";
import type { ReportTable } from "../../pages/index.ts";
import type { RunEvaluation } from "../evaluate.ts";
import type { RunMetrics } from "../metrics.ts";

/** Empty where nothing was evaluated; a file that can't be read is told of in a table's place. */
export function evaluationTables(path: string): ReportTable[] {
  return [
    ...read<RunEvaluation>(path, "evaluation.json", evaluationTable),
    ...read<RunMetrics>(path, "metrics.json", metricsTable),
  ];
}

function read<T>(path: string, name: string, make: (value: T) => ReportTable): ReportTable[] {
  const file = join(path, "tables", name);
  if (!existsSync(file)) return [];
  try {
    return [make(parseJson(readFileSync(file, "utf8")) as T)];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ title: name, note: `tables/${name} can’t be read: ${why}`, columns: [], rows: [] }];
  }
}

type Estimate = RunEvaluation["importance"]["kl"];

function evaluationTable(evaluation: RunEvaluation): ReportTable {
  const { importance, bits, decomposition, activeUnits, images, data, step, latentDim } = evaluation;
  const perDimension = (key: "negativeElbo" | "reconstruction" | "kl" | "negativeLogLikelihood"): string =>
    "measure" in bits ? bits[key].toFixed(4) : "";
  const row = (name: string, { mean, standardError }: Estimate, inBits = ""): string[] => [
    name,
    mean.toFixed(2),
    `± ${standardError.toFixed(2)}`,
    inBits,
  ];
  return {
    title: "Likelihood and KL",
    note: `${images.toLocaleString("en")} ${evaluation.split === "heldOut" ? "held-out" : "training"} images of ${data}, weights of step ${step.toLocaleString("en")}; ± is one standard error over the images.`,
    columns: ["", "nats/image", "", "measure" in bits ? "bits/dimension" : ""],
    rows: [
      row("−ELBO at β = 1", importance.negativeElbo, perDimension("negativeElbo")),
      row("   reconstruction −ln p(x|z)", importance.reconstruction, perDimension("reconstruction")),
      row("   KL(q(z|x) ‖ p(z))", importance.kl, perDimension("kl")),
      row(
        `NLL, ${importance.samples} importance samples`,
        importance.negativeLogLikelihood,
        perDimension("negativeLogLikelihood"),
      ),
      row("Mutual information I(x; z)", decomposition.mutualInformation),
      row("Total correlation KL(q(z) ‖ Π q(z_d))", decomposition.totalCorrelation),
      row("Dimension-wise KL Σ KL(q(z_d) ‖ p(z_d))", decomposition.dimensionwiseKl),
      ["Active units", `${activeUnits.count} of ${latentDim}`, "", ""],
    ],
    remarks: evaluation.diagnoses.map(({ sentence }) => sentence),
  };
}

function metricsTable({ results, images, data, step }: RunMetrics): ReportTable {
  return {
    title: "Disentanglement",
    note: `${images.toLocaleString("en")} images of ${data}, weights of step ${step.toLocaleString("en")}; intervals hold 95 %.`,
    columns: ["metric", "score", "interval", "unit", "better", "definition"],
    rows: results.map(({ metric, score, interval, unit, better, definition }) => [
      metric,
      score.toFixed(3),
      `${interval.low.toFixed(3)} – ${interval.high.toFixed(3)}`,
      unit,
      better,
      definition,
    ]),
  };
}
