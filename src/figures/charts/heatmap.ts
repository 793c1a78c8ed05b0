/** A matrix in colours: KL of each dimension over training, importance of each latent for each factor. */
import type { PlotOptions } from "@observablehq/plot";
import { BetalabError } from "../../base/errors.ts";
import { formatDigits } from "../../base/format.ts";
import { type ColorScale, colorAt, diverging, light, sequential } from "../theme.ts";
import { type Axis, axisLabel, type Chart, type ChartOptions, defaultChartWidth } from "./chart.ts";
import { colorBarWidth } from "./colorbar.ts";
import { drawChart } from "./frame.ts";
import { axes, fitting } from "./marks.ts";
import { hex, rangeOf, wholeTicks } from "./scales.ts";
import { textWidth } from "./text.ts";

export interface HeatmapOptions extends ChartOptions {
  /** What the columns are. */
  readonly x: Pick<Axis, "label" | "unit">;
  /** What the rows are. */
  readonly y: Pick<Axis, "label" | "unit">;
  /** Names from left to right; or ascending numbers (steps), to which the cells' widths are proportional. */
  readonly columns: readonly string[] | readonly number[];
  /** Names from top to bottom. */
  readonly rows: readonly string[];
  /** Row-major `[rows, columns]`. A non-finite value stays empty. */
  readonly values: ArrayLike<number>;
  /** What the colours mean: "KL (nats)". */
  readonly color: {
    readonly label: string;
    /** Default: *diverging* when there are negative values, and then symmetric about zero; otherwise *sequential*. */
    readonly kind?: "sequential" | "diverging" | undefined;
    /** Default: that of the values, from 0 where none is negative. */
    readonly domain?: readonly [number, number] | undefined;
  };
  /** The value in each cell. Default: when there are 12 columns or fewer, all named. */
  readonly cellValues?: boolean | undefined;
}

interface Cell {
  readonly row: string;
  readonly column: string | number;
  readonly x1: number;
  readonly x2: number;
  readonly value: number;
  readonly fill: string;
}

/**
 * Draws a heat map with a colour bar. Default height: 22 pixels a row (less where there are many).
 *
 * Throws `BetalabError` "shape" when the values are not rows × columns, or none is finite.
 */
export async function heatmap(options: HeatmapOptions): Promise<Chart> {
  const { rows, columns, values, x, y, color, theme = light, width = defaultChartWidth } = options;
  const finite = Array.from(values).filter(Number.isFinite);
  if (values.length !== rows.length * columns.length || finite.length === 0) {
    throw new BetalabError(
      "shape",
      `heatmap: ${values.length} values (${finite.length} of them finite) for ${rows.length} rows × ${columns.length} columns`,
    );
  }
  const { domain, scale } = colorsOf(finite, color);
  const numeric = typeof columns[0] === "number";
  const edges = numeric ? edgesOf(columns as readonly number[]) : [];
  const cells = Array.from(values, (value, i): Cell => {
    const at = i % columns.length;
    const t = (value - domain[0]) / (domain[1] - domain[0] || 1);
    return {
      row: rows[Math.floor(i / columns.length)]!,
      column: columns[at]!,
      x1: edges[at] ?? 0,
      x2: edges[at + 1] ?? 0,
      value,
      fill: hex(colorAt(scale, t)),
    };
  }).filter(({ value }) => Number.isFinite(value));
  const rowHeight = Math.max(8, Math.min(26, Math.floor(560 / rows.length)));
  const height = options.height ?? rows.length * rowHeight + 36;
  const marginLeft = Math.max(36, Math.ceil(Math.max(...rows.map((row) => textWidth(row, 12)))) + 12);
  const room = (width - 32 - colorBarWidth - marginLeft - 12) / columns.length;
  const everyRow = Math.max(1, Math.ceil(13 / rowHeight));
  const showValues = options.cellValues ?? (!numeric && columns.length <= 12 && rowHeight >= 16);
  return drawChart(
    { ...options, height },
    {
      defaultHeight: height,
      xLabel: axisLabel(x),
      yLabel: axisLabel(y),
      marginLeft,
      colorBar: { label: color.label, range: domain, scale },
      plot: (plot): PlotOptions => ({
        x: numeric
          ? { type: "linear", domain: [edges[0]!, edges.at(-1)!], label: null }
          : { type: "band", domain: columns as readonly string[], padding: 0.03, label: null },
        y: { type: "band", domain: rows, padding: numeric ? 0 : 0.06, label: null },
        marks: [
          numeric
            ? plot.rect(cells, {
                x1: "x1",
                x2: "x2",
                y: "row",
                fill: "fill",
                insetRight: -0.4,
                insetBottom: -0.4,
              })
            : plot.cell(cells, { x: "column", y: "row", fill: "fill" }),
          ...(showValues
            ? [
                plot.text(cells, {
                  x: "column",
                  y: "row",
                  text: (cell: Cell) => formatDigits(cell.value),
                  fill: (cell: Cell) => (isDark(cell.fill) ? INKS.white : INKS.black),
                }),
              ]
            : []),
          ...axes(
            plot,
            theme,
            numeric
              ? { tickSize: 4, ticks: 8, ...wholeTicks(columns as readonly number[]) }
              : { ticks: fitting(columns as readonly string[], room, 8) },
            { ticks: rows.filter((_, i) => i % everyRow === 0) },
          ),
        ],
      }),
    },
  );
}

function colorsOf(
  finite: readonly number[],
  { kind, domain }: HeatmapOptions["color"],
): { domain: readonly [number, number]; scale: ColorScale } {
  const [low, high] = rangeOf(finite);
  if ((kind ?? (low < 0 ? "diverging" : "sequential")) === "diverging") {
    const extreme = Math.max(Math.abs(low), Math.abs(high)) || 1;
    return { domain: domain ?? [-extreme, extreme], scale: diverging };
  }
  return { domain: domain ?? [Math.min(0, low), high], scale: sequential };
}

/** Cells meet halfway between their centres; the outer ones are symmetric. */
function edgesOf(centres: readonly number[]): number[] {
  const between = centres.slice(1).map((centre, i) => (centre + centres[i]!) / 2);
  const [first, last] = [centres[0]!, centres.at(-1)!];
  if (between.length === 0) return [first - 0.5, first + 0.5];
  return [2 * first - between[0]!, ...between, 2 * last - between.at(-1)!];
}

/** On cells, whatever the theme: a page turns the theme's own around in the dark. */
const INKS = { white: "#fefefe", black: "#010101" } as const;

/** Whether white is the better ink on it (relative luminance of WCAG below 0.18). */
function isDark(color: string): boolean {
  const value = Number.parseInt(color.slice(1), 16);
  const part = (byte: number): number => (byte / 255) ** 2.2;
  return 0.2126 * part(value >> 16) + 0.7152 * part((value >> 8) & 255) + 0.0722 * part(value & 255) < 0.18;
}
