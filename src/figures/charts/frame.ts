/**
 * The frame around every chart: title, subtitle and legend around the plotted area. Observable Plot draws what is
 * inside; which marks, each chart's own file says. Plot and (where there is no page) jsdom are loaded when the first
 * chart is drawn. No type of theirs leaves this folder: Plot's declarations need `lib.dom` and those of d3.
 */
/// <reference path="./jsdom.d.ts" />
import type { PlotOptions } from "@observablehq/plot";
import { once } from "../../base/once.ts";
import { breathe } from "../../base/progress.ts";
import { fontSize, light, spacing, type Theme } from "../theme.ts";
import { type Chart, type ChartOptions, defaultChartWidth, document, heading } from "./chart.ts";
import { type ColorBarOptions, colorBar, colorBarWidth } from "./colorbar.ts";
import { type LegendEntry, layoutLegend } from "./legend.ts";
import { textElement } from "./text.ts";

export type Plot = typeof import("@observablehq/plot");

/** What a chart's own file adds to the frame. */
export interface ChartBody {
  readonly xLabel?: string;
  readonly yLabel?: string;
  readonly legend?: readonly LegendEntry[];
  /** Height of the plotted area where the options give none. */
  readonly defaultHeight: number;
  /** Left margin for tick labels, in pixels. Default 52. */
  readonly marginLeft?: number;
  readonly marginBottom?: number;
  /** What is drawn: marks and scales, given the size of the area and the colours. */
  plot(
    plot: Plot,
    area: { readonly width: number; readonly height: number; readonly theme: Theme },
  ): PlotOptions;
  /** Beside the plotted area. */
  readonly colorBar?: Pick<ColorBarOptions, "label" | "range" | "scale">;
}

/** Draws `body` in its frame. */
export async function drawChart(options: ChartOptions, body: ChartBody): Promise<Chart> {
  const plot = await import("@observablehq/plot");
  await breathe();
  const { title, width = defaultChartWidth, theme = light } = options;
  const { margin } = spacing;
  const inner = width - 2 * margin;
  const { parts, end } = heading(options);
  let y = end === 0 ? margin : end + 6;
  const legend = layoutLegend(body.legend ?? [], inner, theme);
  if (legend.height > 0) {
    parts.push(`<g transform="translate(${margin},${y})">${legend.svg}</g>`);
    y += legend.height + 6;
  }
  const label = { size: fontSize.small + 1, color: theme.ink };
  if (body.yLabel !== undefined) {
    y += fontSize.body;
    parts.push(textElement(body.yLabel, margin, y, label));
    y += 4;
  }
  const height = options.height ?? body.defaultHeight;
  const area = { width: inner - (body.colorBar ? colorBarWidth : 0), height, theme };
  const { marginLeft = 52, marginBottom = 28 } = body;
  const drawn = plot.plot({
    width: area.width,
    height,
    marginTop: 8,
    marginRight: 12,
    marginBottom,
    marginLeft,
    document: await pageDocument(),
    ...body.plot(plot, area),
  } as PlotOptions) as { innerHTML: string };
  parts.push(
    `<g transform="translate(${margin},${y})" fill="${theme.ink}" font-size="${fontSize.small}" text-anchor="middle">${tidy(drawn.innerHTML, theme)}</g>`,
  );
  if (body.colorBar) {
    const place = { x: margin + area.width, y: y + 8, height: height - 8 - marginBottom };
    parts.push(colorBar({ ...place, ...body.colorBar, theme }));
  }
  y += height;
  if (body.xLabel !== undefined) {
    y += fontSize.body;
    const middle = margin + (marginLeft + area.width - 12) / 2;
    parts.push(textElement(body.xLabel, Math.round(middle), y, { ...label, anchor: "middle" }));
  }
  y += margin;
  return document(width, Math.round(y), title, theme, parts.join("\n"));
}

/**
 * Plot's elements for any viewer: its stylesheet is for pages, `currentColor` needs one, and seventeen digits of a
 * coordinate are noise (and differ between machines).
 */
function tidy(elements: string, theme: Theme): string {
  return elements
    .replace(/<style>[\s\S]*?<\/style>/g, "")
    .replaceAll("currentColor", theme.ink)
    .replace(/="[^"]*"/g, (attribute) =>
      attribute.startsWith('="#')
        ? attribute
        : attribute.replace(/-?\d+\.\d{3,}(e-?\d+)?/g, (number) =>
            String(Math.round(Number(number) * 100) / 100),
          ),
    );
}

/** The page's document, or one of jsdom's where there is no page. */
const pageDocument = once(
  async (): Promise<object> =>
    (globalThis as { document?: object }).document ?? new (await import("jsdom")).JSDOM("").window.document,
);
