/** The comparison as charts: the rate–distortion curve, each measure over the settings, how measures go together. */

import { type Chart, heatmap, intervalChart, rateDistortion, usageSideBySide } from "../../figures/node.ts";
import type { ComparisonContent, PageChart } from "../../pages/index.ts";
import type { Comparison } from "./compare.ts";
import type { Group } from "./group.ts";
import { Names, valueTexts } from "./names.ts";
import type { MeasuredRun } from "./one-measure.ts";
import type { ShownModel } from "./pictures.ts";
import { noteOf } from "./tables.ts";
import type { Factor, MeasureComparison } from "./value.ts";

const SIZE = { width: 380, height: 190 };

export async function drawCharts(
  { measures, correlations, factors }: Comparison,
  all: readonly Group<MeasuredRun>[],
  most: number,
  shown: readonly ShownModel[],
): Promise<Pick<ComparisonContent, "overview" | "latents" | "measures">> {
  const groups = all
    .slice(0, most)
    .map((group) => ({ ...group, runs: group.runs.filter(({ aside }) => aside === undefined) }));
  const betas = factors.length === 1 && groups.every(({ label }) => label.startsWith("β = "));
  const nameOf = (label: string): string => (betas ? label.slice("β = ".length) : label);
  const drawn: PageChart[] = [];
  for (const measure of measures) {
    if (factors.length > 1) {
      drawn.push(...(await gridCharts(measure, factors)));
      continue;
    }
    const { label, key, intervals, chances } = measure;
    const points = groups.flatMap(({ label: name, runs }, i) => {
      const interval = intervals[i];
      if (interval === undefined) return [];
      const values = runs.flatMap(({ values: own }) => own.get(key) ?? []).filter(Number.isFinite);
      return [{ label: nameOf(name), ...interval, values, reference: chances[i] }];
    });
    if (points.length === 0) continue;
    const x = { label: betas ? "β" : "setting" };
    const dashed = points.some(({ reference }) => reference !== undefined) ? "dashed: chance" : "";
    const y = { label: [noteOf(measure), dashed].filter(Boolean).join("; ") };
    const chart = await intervalChart({ ...SIZE, title: label, x, y, points });
    drawn.push({ chart, caption: `${label} of each setting` });
  }
  const curve = await curveChart(groups, factors);
  const matrix = await correlationChart(measures, correlations);
  return {
    overview: [
      ...(curve ? [{ chart: curve, caption: "Reconstruction over KL of each setting" }] : []),
      ...(matrix ? [{ chart: matrix, caption: "Rank correlation of the measures" }] : []),
    ],
    latents: await latentCharts(shown),
    measures: drawn,
  };
}

/** What each latent of the shown models carries, on one scale: which objective keeps how many in use. */
async function latentCharts(shown: readonly ShownModel[]): Promise<PageChart[]> {
  if (shown.length === 0) return [];
  const chart = await usageSideBySide(
    shown.map(({ label, latents }) => ({ name: label, ...latents })),
    { subtitle: "held-out images; the latents of each setting’s first run, by KL" },
  );
  return [{ chart, caption: "What each latent carries, setting by setting" }];
}

/** The settings in the plane of KL and reconstruction; a curve where one number leads from each to the next. */
async function curveChart(
  groups: readonly Group<MeasuredRun>[],
  factors: Comparison["factors"],
): Promise<Chart | undefined> {
  const rated = groups.flatMap(({ label, runs }) => {
    const models = runs.flatMap(({ values }) => {
      const [rate, distortion] = [values.get("kl") ?? Number.NaN, values.get("reconstruction") ?? Number.NaN];
      return Number.isFinite(rate + distortion) ? [{ rate, distortion }] : [];
    });
    return models.length === 0 ? [] : [{ label, models }];
  });
  if (rated.length === 0) return undefined;
  return rateDistortion({
    title: "Rate and distortion",
    width: 620,
    subtitle: "large dots: means over seeds; small dots: runs; dashed: equal −ELBO",
    groups: rated,
    connected: factors.length === 1 && factors[0]!.levels.every((level) => typeof level === "number"),
  });
}

/** A measure over a grid of factors: a heat map of the first two, one for each combination of the others' levels. */
async function gridCharts(measure: MeasureComparison, factors: Comparison["factors"]): Promise<PageChart[]> {
  const [first, second, ...others] = factors as [Factor, Factor, ...Factor[]];
  const names = new Names(factors.map(({ key }) => key));
  const cells = measure.intervals.map((_, cell) => cell);
  const panelOf = (cell: number): string =>
    others.map(({ key, levels, of }) => names.value(key, levels[of[cell]!], true)).join(", ");
  const domain = domainOf(measure);
  const charts: PageChart[] = [];
  for (const panel of new Set(cells.map(panelOf))) {
    const values = second.levels.flatMap((_, row) =>
      first.levels.map((__, column) => {
        const cell = cells.find(
          (at) => first.of[at] === column && second.of[at] === row && panelOf(at) === panel,
        );
        return cell === undefined ? Number.NaN : (measure.intervals[cell]?.mean ?? Number.NaN);
      }),
    );
    if (!values.some(Number.isFinite)) continue;
    const title = [measure.label, panel].filter(Boolean).join(", ");
    const chart = await heatmap({
      title,
      width: SIZE.width,
      x: { label: names.key(first.key) },
      y: { label: names.key(second.key) },
      columns: valueTexts(first.levels),
      rows: valueTexts(second.levels),
      values,
      color: { label: measure.unit ?? "", kind: "sequential", domain },
    });
    charts.push({ chart, caption: `${title} by ${names.key(first.key)} and ${names.key(second.key)}` });
  }
  return charts;
}

/** Colours of all panels of a measure: over its means, and never so finely that the noise over seeds has strong ones. */
function domainOf({ intervals, deviation }: MeasureComparison): [number, number] {
  const means = intervals.flatMap((one) => one?.mean ?? []);
  const [low, high] = [Math.min(...means), Math.max(...means)];
  const reach = Math.max(high - low, 4 * (deviation || 0)) / 2;
  return [(low + high) / 2 - reach, (low + high) / 2 + reach];
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
    subtitle: "Spearman’s ρ over all runs; empty: no spread",
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
