/** The comparison as charts: the rate–distortion curve, each measure over the settings, how measures go together. */

import { type Chart, heatmap, intervalChart, rateDistortion } from "../../figures/node.ts";
import type { PageChart } from "../../pages/index.ts";
import type { Comparison, MeasuredRun } from "./compare.ts";
import type { Group } from "./group.ts";
import { noteOf } from "./tables.ts";

export interface ComparisonCharts {
  /** The rate–distortion curve, and the correlations of the measures where there are any. */
  readonly overview: readonly PageChart[];
  readonly measures: readonly PageChart[];
}

export async function drawCharts(
  { measures, correlations }: Comparison,
  all: readonly Group<MeasuredRun>[],
  most: number,
): Promise<ComparisonCharts> {
  const groups = all.slice(0, most);
  const betas = groups.every(({ label }) => label.startsWith("β = "));
  const nameOf = (label: string): string => (betas ? label.slice("β = ".length) : label);
  const drawn: PageChart[] = [];
  for (const measure of measures) {
    const { label, key, intervals } = measure;
    const points = groups.flatMap(({ label: name, runs }, i) => {
      const interval = intervals[i];
      if (interval === undefined) return [];
      const values = runs.flatMap(({ values: own }) => own.get(key) ?? []).filter(Number.isFinite);
      return [{ label: nameOf(name), ...interval, values }];
    });
    if (points.length === 0) continue;
    const size = { width: 380, height: 190 };
    const x = { label: betas ? "β" : "setting" };
    const chart = await intervalChart({ ...size, title: label, x, y: { label: noteOf(measure) }, points });
    drawn.push({ chart, caption: `${label} of each setting` });
  }
  const curve = await rateDistortion({
    title: "Rate and distortion",
    width: 620,
    subtitle: "large dots: means over seeds; small dots: runs; dashed: equal −ELBO",
    groups: groups.map(({ label, runs }) => ({
      label,
      models: runs.map(({ values }) => ({
        rate: values.get("kl")!,
        distortion: values.get("reconstruction")!,
      })),
    })),
  });
  const matrix = await correlationChart(measures, correlations);
  return {
    overview: [
      { chart: curve, caption: "Reconstruction over KL of each setting" },
      ...(matrix ? [{ chart: matrix, caption: "Rank correlation of the measures" }] : []),
    ],
    measures: drawn,
  };
}

async function correlationChart(
  measures: Comparison["measures"],
  correlations: Comparison["correlations"],
): Promise<Chart | undefined> {
  const values = correlations?.flat() ?? [];
  if (!values.some(Number.isFinite)) return undefined;
  // The names are too long to stand side by side.
  const numbers = measures.map((_, i) => String(i + 1));
  return heatmap({
    title: "Rank correlation of measures",
    subtitle: "Spearman's ρ over all runs; empty where a measure is the same in all of them",
    width: Math.min(1140, 320 + 44 * measures.length),
    x: { label: "" },
    y: { label: "" },
    columns: numbers,
    rows: measures.map(({ label }, i) => `${label}  ${numbers[i]}`),
    values: values.map((value) => Math.round(100 * value) / 100),
    color: { label: "ρ", kind: "diverging", domain: [-1, 1] },
    cellValues: true,
  });
}
