/** Curves: one or several series over a shared axis, such as a loss over training steps. */
import type { PlotOptions } from "@observablehq/plot";
import { BetalabError } from "../../base/errors.ts";
import { light } from "../theme.ts";
import { type Axis, axisLabel, type Chart, type ChartOptions } from "./chart.ts";
import { drawChart } from "./frame.ts";
import { axes, gridY, lineName } from "./marks.ts";
import { categoricalColor, formatLogTick, scaleOf, tickMargin, wholeTicks } from "./scales.ts";

export interface LineSeries {
  /** In the legend. */
  readonly name: string;
  /** (x, y) in ascending x. A non-finite y breaks the line. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Default: the theme's categorical colours in turn. */
  readonly color?: string | undefined;
  /** Dashed, for what is compared with (training beside held-out). Default false. */
  readonly dashed?: boolean | undefined;
  /** Each value holds since the point before: a schedule's value, a mean over the steps since then. Default false. */
  readonly steps?: boolean | undefined;
  /** A dot at each point. Default: only when the series has 30 points or fewer. */
  readonly dots?: boolean | undefined;
}

export interface LineChartOptions extends ChartOptions {
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly LineSeries[];
  /** Names and swatches above the chart. Default: when there is more than one series. */
  readonly legend?: boolean | undefined;
  /** Horizontal lines with a name, such as a published value. Default: none. */
  readonly references?: readonly { readonly value: number; readonly label: string }[] | undefined;
}

const DASH = "6 4";

/**
 * Draws curves. Default height 340.
 *
 * Throws `BetalabError` "shape" when no series has a point with two finite coordinates (on a logarithmic axis:
 * positive ones).
 */
export async function lineChart(options: LineChartOptions): Promise<Chart> {
  const { x, y, references = [], theme = light } = options;
  const series = options.series.map((one, index) => ({
    ...one,
    color: one.color ?? categoricalColor(theme, index),
    // Once the colours repeat, dashes tell the rounds apart.
    dash: (one.dashed ?? index >= theme.categorical.length) ? DASH : undefined,
    points: one.points
      .map(([at, value]): [number, number] => [at, shown(value, y) ? value : Number.NaN])
      .filter(([at]) => shown(at, x)),
  }));
  const places = series.flatMap(({ points }) => points.map(([at]) => at));
  const values = series.flatMap(({ points }) => points.map(([, value]) => value)).filter(Number.isFinite);
  if (values.length === 0) {
    throw new BetalabError(
      "shape",
      `lineChart: no point to draw among ${series.length} series of "${y.label}"`,
    );
  }
  return drawChart(options, {
    defaultHeight: 340,
    xLabel: axisLabel(x),
    yLabel: axisLabel(y),
    marginLeft: tickMargin([...values, ...references.map(({ value }) => value)]),
    legend:
      (options.legend ?? series.length > 1)
        ? series.map(({ name, color, dash }) => ({ name, color, dash, symbol: "line" }))
        : [],
    plot: (plot): PlotOptions => ({
      x: scaleOf(x, false),
      y: { ...scaleOf(y, true), grid: false },
      marks: [
        gridY(plot, theme, logTicks(y)),
        ...axes(plot, theme, { tickSize: 4, ticks: 8, ...wholeTicks(places), ...logTicks(x) }, logTicks(y)),
        ...references.map(({ value }) =>
          plot.ruleY([value], { stroke: theme.muted, strokeDasharray: "2 3" }),
        ),
        ...series.flatMap(({ points, color, dash, dots, steps }) => [
          plot.line(points, {
            x: "0",
            y: "1",
            curve: steps ? "step-before" : "linear",
            stroke: color,
            strokeWidth: 2,
            strokeLinejoin: "round",
            ...(dash === undefined ? {} : { strokeDasharray: dash }),
          }),
          ...((dots ?? points.length <= 30)
            ? [plot.dot(points, { x: "0", y: "1", fill: color, r: 2.6 })]
            : []),
        ]),
        // Over the curves, with a halo: a name stays readable.
        ...references.map((one) => lineName(plot, theme, { ...one, fill: theme.muted })),
      ],
    }),
  });
}

/** Few ticks on a logarithmic axis, with numbers that people write. */
function logTicks({ scale }: Axis): object {
  return scale === "log" ? { ticks: 5, tickFormat: formatLogTick } : {};
}

function shown(value: number, { scale }: Axis): boolean {
  return Number.isFinite(value) && (scale !== "log" || value > 0);
}
