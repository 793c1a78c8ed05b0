/** Bars: one value for each of a few to a few hundred names, such as the KL of each latent dimension. */
import type { PlotOptions } from "@observablehq/plot";
import { BetalabError } from "../../base/errors.ts";
import { formatDigits } from "../../base/format.ts";
import { light } from "../theme.ts";
import { type Axis, axisLabel, type Chart, type ChartOptions, defaultChartWidth } from "./chart.ts";
import { drawChart } from "./frame.ts";
import { axes, fitting, gridY, lineName } from "./marks.ts";
import { categoricalColor, scaleOf, tickMargin } from "./scales.ts";

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** Half the length of an error bar: a standard error, say. Default: none. */
  readonly error?: number | undefined;
  /** Default: the chart's `color`. */
  readonly color?: string | undefined;
}

export interface BarChartOptions extends ChartOptions {
  /** What the bars are: "latent dimension". */
  readonly x: Pick<Axis, "label" | "unit">;
  readonly y: Axis;
  /** From left to right. */
  readonly bars: readonly Bar[];
  /** Default: the theme's first categorical colour. */
  readonly color?: string | undefined;
  /** The value over each bar. Default: when there are 12 bars or fewer. */
  readonly values?: boolean | undefined;
  /** A horizontal line with a name, such as a threshold. Default: none. */
  readonly reference?: { readonly value: number; readonly label: string } | undefined;
}

/** Pixels over the highest bar that its value takes. */
const VALUE_ROOM = 20;

/**
 * Draws bars from zero. Default height 260. Where the names don't fit side by side, every second, third, … is shown.
 *
 * Throws `BetalabError` "shape" when there are no bars or a value isn't finite.
 */
export async function barChart(options: BarChartOptions): Promise<Chart> {
  const { bars, x, y, reference, theme = light, width = defaultChartWidth } = options;
  const wrong = bars.find(({ value }) => !Number.isFinite(value));
  if (bars.length === 0 || wrong !== undefined) {
    const problem = wrong === undefined ? "no bars" : `"${wrong.label}" is ${wrong.value}`;
    throw new BetalabError("shape", `barChart of "${y.label}": ${problem}`);
  }
  const labels = bars.map(({ label }) => label);
  if (new Set(labels).size < labels.length) throw new BetalabError("shape", "barChart: two bars of one name");
  const color = options.color ?? categoricalColor(theme, 0);
  const margin = tickMargin(bars.map(({ value, error = 0 }) => value + error));
  const room = (width - margin - 44) / bars.length;
  const showValues = options.values ?? bars.length <= 12;
  return drawChart(options, {
    defaultHeight: 260,
    xLabel: axisLabel(x),
    yLabel: axisLabel(y),
    marginLeft: margin,
    plot: (plot): PlotOptions => ({
      // The value over the highest bar stays clear of the axis's title.
      ...(showValues && { marginTop: VALUE_ROOM }),
      x: { type: "band", domain: labels, label: null, padding: bars.length > 60 ? 0.1 : 0.2 },
      y: { zero: true, ...scaleOf(y, true) },
      marks: [
        gridY(plot, theme),
        ...axes(plot, theme, { ticks: fitting(labels, room) }),
        plot.barY(bars, { x: "label", y: "value", fill: (bar: Bar) => bar.color ?? color }),
        plot.ruleX(
          bars.filter(({ error }) => error !== undefined),
          {
            x: "label",
            y1: (bar: Bar) => bar.value - bar.error!,
            y2: (bar: Bar) => bar.value + bar.error!,
            stroke: theme.ink,
            strokeWidth: 1.5,
          },
        ),
        plot.ruleY([0], { stroke: theme.muted }),
        ...(reference === undefined
          ? []
          : [
              plot.ruleY([reference.value], { stroke: theme.ink, strokeDasharray: "4 3" }),
              lineName(plot, theme, { ...reference, fill: theme.ink }),
            ]),
        ...(showValues
          ? [
              plot.text(bars, {
                x: "label",
                y: (bar: Bar) => bar.value + Math.max(0, bar.error ?? 0),
                text: (bar: Bar) => formatDigits(bar.value),
                dy: -8,
                fill: theme.ink,
              }),
            ]
          : []),
      ],
    }),
  });
}
