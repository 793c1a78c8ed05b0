/** Means with intervals: one point with a whisker for each of a few settings, and the values behind it as dots. */
import type { PlotOptions } from "@observablehq/plot";
import { BetalabError } from "../../base/errors.ts";
import { formatCount } from "../../base/format.ts";
import { light } from "../theme.ts";
import { type Axis, axisLabel, type Chart, type ChartOptions, defaultChartWidth } from "./chart.ts";
import { drawChart } from "./frame.ts";
import { axes, fitting, gridY } from "./marks.ts";
import { categoricalColor, niceTicks, rangeOf, scaleOf, tickMargin } from "./scales.ts";

export interface IntervalPoint {
  /** Under the axis. */
  readonly label: string;
  readonly mean: number;
  /** Half the length of the whisker; NaN draws none. */
  readonly halfWidth: number;
  /** What the mean is of. */
  readonly values: readonly number[];
  /** A dashed line across the point: what it is to be read against. Default: none. */
  readonly reference?: number | undefined;
}

export interface IntervalChartOptions extends ChartOptions {
  /** What the settings are: "β". */
  readonly x: Pick<Axis, "label" | "unit">;
  readonly y: Axis;
  /** From left to right; labels differ. */
  readonly points: readonly IntervalPoint[];
}

/**
 * Draws means with whiskers; the axis need not begin at zero, but never makes little look like much: it spans at least a
 * hundredth of what it shows, and four units of whole numbers, at whole numbers. Default height 220.
 *
 * Throws `BetalabError` "shape" when there are no points, or a mean isn't finite.
 */
export async function intervalChart(options: IntervalChartOptions): Promise<Chart> {
  const { points, x, y, theme = light, width = defaultChartWidth } = options;
  const wrong = points.find(({ mean }) => !Number.isFinite(mean));
  if (points.length === 0 || wrong !== undefined) {
    const problem = wrong === undefined ? "no points" : `"${wrong.label}" is ${wrong.mean}`;
    throw new BetalabError("shape", `intervalChart of "${y.label}": ${problem}`);
  }
  const dots = points.flatMap(({ label, values }) => values.map((value) => ({ label, value })));
  const reach = ({ halfWidth }: IntervalPoint): number => (Number.isFinite(halfWidth) ? halfWidth : 0);
  const ends = points.flatMap((point) => [
    point.mean - reach(point),
    point.mean + reach(point),
    ...point.values,
    ...(point.reference === undefined ? [] : [point.reference]),
  ]);
  const whole = dots.length > 0 && dots.every(({ value }) => Number.isInteger(value));
  const domain = honestDomain(ends, whole);
  const ticks = whole
    ? { ticks: niceTicks(domain, 4).filter(Number.isInteger), tickFormat: formatCount }
    : { ticks: 5 };
  const marginLeft = tickMargin(domain);
  const labels = points.map(({ label }) => label);
  const room = (width - 32 - marginLeft - 12) / points.length;
  const color = categoricalColor(theme, 0);
  return drawChart(options, {
    defaultHeight: 220,
    xLabel: axisLabel(x),
    yLabel: axisLabel(y),
    marginLeft,
    plot: (plot): PlotOptions => ({
      x: { type: "point", domain: labels, label: null, padding: 0.5 },
      y: { ...scaleOf(y, true), ...(y.domain ? {} : { domain }) },
      marks: [
        gridY(plot, theme, ticks),
        ...axes(plot, theme, { ticks: fitting(labels, room) }, ticks),
        // A tick needs a band, and points have none.
        plot.text(
          points.filter(({ reference }) => reference !== undefined),
          { x: "label", y: "reference", text: () => "– – –", fill: theme.ink },
        ),
        plot.ruleX(
          points.filter(({ halfWidth }) => Number.isFinite(halfWidth)),
          {
            x: "label",
            y1: (point: IntervalPoint) => point.mean - point.halfWidth,
            y2: (point: IntervalPoint) => point.mean + point.halfWidth,
            stroke: color,
            strokeWidth: 2,
          },
        ),
        plot.dot(dots, { x: "label", y: "value", fill: theme.muted, fillOpacity: 0.5, r: 2.4, dx: 7 }),
        plot.dot(points, { x: "label", y: "mean", fill: color, r: 4 }),
      ],
    }),
  });
}

function honestDomain(values: readonly number[], whole: boolean): [number, number] {
  const [low, high] = rangeOf(values);
  const least = whole ? 4 : 0.01 * Math.max(Math.abs(low), Math.abs(high)) || 1;
  const missing = Math.max(0, least - (high - low)) / 2;
  return whole ? [Math.floor(low - missing), Math.ceil(high + missing)] : [low - missing, high + missing];
}
