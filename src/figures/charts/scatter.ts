/** Points in the plane, coloured by class or by a value: maps of a latent space. Images as points are `../map.ts`. */
import type { PlotOptions } from "@observablehq/plot";
import { BetalabError } from "../../base/errors.ts";
import { classOutline, classSymbol } from "../../base/shapes.ts";
import { type ColorScale, colorAt, light, sequential, type Theme } from "../theme.ts";
import { type Axis, axisLabel, type Chart, type ChartOptions, defaultChartWidth } from "./chart.ts";
import { colorBarWidth } from "./colorbar.ts";
import { drawChart } from "./frame.ts";
import { axes, gridY } from "./marks.ts";
import { categoricalColor, equalScale, hex, rangeOf, scaleOf, tickMargin } from "./scales.ts";

/** Classes: `values[i]` is the index of point i's name. */
export interface Categories {
  readonly names: readonly string[];
  readonly values: ArrayLike<number>;
}

/** A number for each point. */
export interface PointValues {
  /** Over the colour bar: "x position". */
  readonly label: string;
  readonly values: ArrayLike<number>;
  /** Default viridis. */
  readonly scale?: ColorScale;
}

export interface ScatterOptions extends ChartOptions {
  readonly x: Axis;
  readonly y: Axis;
  readonly points: { readonly x: ArrayLike<number>; readonly y: ArrayLike<number> };
  /** Colours by class, with a legend. Default: one colour. */
  readonly categories?: Categories | undefined;
  /** Colours by value, with a colour bar; instead of `categories`. */
  readonly values?: PointValues | undefined;
  /** Radius in pixels. Default: from 4.5 for a few points to 1.5 for thousands. */
  readonly radius?: number | undefined;
  /** Tick labels. Default true; t-SNE and UMAP have axes without meaning. */
  readonly ticks?: boolean | undefined;
}

/**
 * Draws points; both axes have the same scale, so distances can be compared. Default height: 0.8 of the width.
 *
 * Throws `BetalabError` "shape" when the lengths differ or a coordinate isn't finite.
 */
export async function scatter(options: ScatterOptions): Promise<Chart> {
  const { x, y, points, categories, values, ticks = true } = options;
  const { theme = light, width = defaultChartWidth } = options;
  const count = points.x.length;
  checkPoints(options, count);
  const fills = fillsOf(count, categories, values, theme);
  const radius = options.radius ?? Math.min(4.5, Math.max(1.5, 90 / Math.sqrt(count)));
  const height = options.height ?? Math.round(0.8 * width);
  const aside = values === undefined ? 0 : colorBarWidth;
  const marginLeft = ticks ? tickMargin(Array.from(points.y)) : 8;
  const marginBottom = ticks ? 28 : 8;
  const domains = equalScale(points, width - 32 - aside - marginLeft - 12, height - 8 - marginBottom);
  return drawChart(
    { ...options, height },
    {
      defaultHeight: height,
      xLabel: axisLabel(x),
      yLabel: axisLabel(y),
      marginLeft,
      marginBottom,
      ...(values && {
        colorBar: {
          label: values.label,
          range: rangeOf(values.values),
          scale: values.scale ?? sequential,
        },
      }),
      legend: (categories?.names ?? []).map((name, index) => ({
        name,
        color: categoricalColor(theme, index),
        symbol: "shape",
        outline: classOutline(index),
      })),
      plot: (plot): PlotOptions => ({
        axis: null,
        x: { ...scaleOf(x, false), domain: x.domain ? [...x.domain] : domains.x },
        y: { ...scaleOf(y, false), domain: y.domain ? [...y.domain] : domains.y },
        marks: [
          plot.frame({ stroke: theme.faint }),
          ...(ticks
            ? [
                plot.gridX({ stroke: theme.faint, strokeOpacity: 1 }),
                gridY(plot, theme),
                ...axes(plot, theme, { ticks: 8 }, { ticks: 7 }),
              ]
            : []),
          plot.dot(
            { length: count },
            {
              x: Array.from(points.x),
              y: Array.from(points.y),
              fill: fills,
              r: radius,
              // A class's colour is 3:1 against the paper as it is, not through it.
              fillOpacity: categories ? 1 : 0.8,
              ...(categories && { symbol: Array.from(categories.values, classSymbol) }),
            },
          ),
        ],
      }),
    },
  );
}

/** The colour of each point. */
function fillsOf(
  count: number,
  categories: Categories | undefined,
  values: PointValues | undefined,
  theme: Theme,
): string[] {
  if (categories)
    return Array.from({ length: count }, (_, i) => categoricalColor(theme, categories.values[i]!));
  if (!values) return new Array<string>(count).fill(categoricalColor(theme, 0));
  const [low, high] = rangeOf(values.values);
  return Array.from({ length: count }, (_, i) => {
    const t = high === low ? 0.5 : (values.values[i]! - low) / (high - low);
    return hex(colorAt(values.scale ?? sequential, t));
  });
}

function checkPoints({ points, categories, values }: ScatterOptions, count: number): void {
  const lengths = [points.y.length, categories?.values.length ?? count, values?.values.length ?? count];
  if (count === 0 || lengths.some((length) => length !== count)) {
    throw new BetalabError("shape", `scatter: ${count} x values with ${lengths.join(", ")} others`);
  }
  for (let i = 0; i < count; i++) {
    if (Number.isFinite(points.x[i]) && Number.isFinite(points.y[i])) continue;
    throw new BetalabError("shape", `scatter: point ${i} is (${points.x[i]}, ${points.y[i]})`);
  }
}
