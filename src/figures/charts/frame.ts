/**
 * The frame around every chart: title, subtitle and legend around the plotted area. Observable Plot draws what is
 * inside; which marks, each chart's own file says. Plot and (where there is no page) jsdom are loaded when the first
 * chart is drawn. No type of theirs leaves this folder: Plot's declarations need `lib.dom` and those of d3.
 */
/// <reference path="./jsdom.d.ts" />
import type { PlotOptions } from "@observablehq/plot";
import { breathe } from "../../base/progress.ts";
import { fontSize, light, spacing, type Theme } from "../theme.ts";
import { type Chart, type ChartOptions, defaultChartWidth, document } from "./chart.ts";
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
  /** SVG elements beside the plotted area, which is moved left by `asideWidth`. */
  readonly aside?: (area: { readonly x: number; readonly height: number; readonly theme: Theme }) => string;
  readonly asideWidth?: number;
}

/** Draws `body` in its frame. */
export async function drawChart(options: ChartOptions, body: ChartBody): Promise<Chart> {
  const plot = await import("@observablehq/plot");
  await breathe();
  const { title, subtitle, titleSize = fontSize.title, width = defaultChartWidth, theme = light } = options;
  const { margin } = spacing;
  const inner = width - 2 * margin;
  const parts: string[] = [];
  let y: number = margin;
  if (title !== undefined) {
    y += titleSize;
    parts.push(textElement(title, margin, y, { size: titleSize, color: theme.ink, weight: 600 }));
    y += 6;
  }
  if (subtitle !== undefined) {
    y += fontSize.body;
    parts.push(textElement(subtitle, margin, y, { size: fontSize.body, color: theme.muted }));
    y += 6;
  }
  if (y > margin) y += 6;
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
  const area = { width: inner - (body.asideWidth ?? 0), height, theme };
  const marginLeft = body.marginLeft ?? 52;
  const drawn = plot.plot({
    width: area.width,
    height,
    marginTop: 8,
    marginRight: 12,
    marginBottom: body.marginBottom ?? 28,
    marginLeft,
    document: await pageDocument(),
    ...body.plot(plot, area),
  } as PlotOptions) as { innerHTML: string };
  parts.push(
    `<g transform="translate(${margin},${y})" fill="${theme.ink}" font-size="${fontSize.small}" text-anchor="middle">${tidy(drawn.innerHTML, theme)}</g>`,
  );
  if (body.aside) parts.push(body.aside({ x: margin + area.width, height: y, theme }));
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

let made: Promise<object> | undefined;

/** The page's document, or one of jsdom's where there is no page. */
async function pageDocument(): Promise<object> {
  const page = (globalThis as { document?: object }).document;
  if (page !== undefined) return page;
  made ??= import("jsdom").then(({ JSDOM }) => new JSDOM("").window.document);
  return made;
}
