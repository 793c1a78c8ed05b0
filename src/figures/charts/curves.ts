/** Every logged term over training steps, a panel for each term; colours are runs, dashes are held-out data. */
import type { SplitName } from "../../data/index.ts";
import { light } from "../theme.ts";
import type { Chart, ChartOptions } from "./chart.ts";
import type { LegendEntry } from "./legend.ts";
import { lineChart } from "./line.ts";
import { panels } from "./panels.ts";
import { categoricalColor } from "./scales.ts";

/** One term of one run on one split. */
export interface LoggedCurve {
  readonly run: string;
  /** Training is drawn solid, held-out dashed. */
  readonly split: SplitName;
  readonly term: string;
  /** "nats/image"; absent for pure numbers. */
  readonly unit?: string | undefined;
  /** Whether a value holds since the point before, and is drawn so. */
  readonly steps?: boolean | undefined;
  /** (step, value). */
  readonly points: readonly (readonly [step: number, value: number])[];
}

export type CurvesOptions = Pick<ChartOptions, "title" | "subtitle" | "theme">;

/** One panel for a term, in the order in which terms first occur; two panels in a row. */
export async function curvesFigure(
  curves: readonly LoggedCurve[],
  options: CurvesOptions = {},
): Promise<Chart> {
  const { theme = light } = options;
  const runs = [...new Set(curves.map(({ run }) => run))];
  const terms = [...new Set(curves.map(({ term }) => term))];
  // One run: the splits have colours of their own, which are easier to tell apart than dashes.
  const color = (run: string, split: LoggedCurve["split"]): string =>
    categoricalColor(theme, runs.length === 1 ? (split === "train" ? 0 : 5) : runs.indexOf(run));
  const charts: Chart[] = [];
  for (const term of terms) {
    const shown = curves.filter((curve) => curve.term === term);
    charts.push(
      await lineChart({
        title: term,
        titleSize: 15,
        width: 500,
        height: 220,
        theme,
        legend: false,
        x: { label: "training step" },
        y: { label: shown[0]!.unit ?? term },
        series: shown.map(({ run, split, points, steps }) => ({
          name: `${run} ${split}`,
          points,
          steps,
          color: color(run, split),
          dashed: runs.length > 1 && split === "heldOut",
        })),
      }),
    );
  }
  const splits = new Set(curves.map(({ split }) => split));
  const names = { train: "training", heldOut: "held-out" };
  const legend: LegendEntry[] =
    runs.length === 1
      ? [...splits].map((split) => ({ name: names[split], color: color(runs[0]!, split), symbol: "line" }))
      : [
          ...runs.map((run): LegendEntry => ({ name: run, color: color(run, "train"), symbol: "line" })),
          ...(splits.size > 1
            ? [
                { name: "training", color: theme.muted, symbol: "line" } as const,
                { name: "held-out", color: theme.muted, symbol: "line", dash: "6 4" } as const,
              ]
            : []),
        ];
  return panels(charts, { ...options, legend });
}
