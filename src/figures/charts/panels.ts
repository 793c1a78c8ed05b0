/** Several charts on one sheet, in columns. */
import { fontSize, light, spacing, type Theme } from "../theme.ts";
import { type Chart, document } from "./chart.ts";
import { type LegendEntry, layoutLegend } from "./legend.ts";
import { textElement } from "./text.ts";

export interface PanelsOptions {
  /** Default 2. */
  readonly columns?: number | undefined;
  readonly title?: string | undefined;
  readonly subtitle?: string | undefined;
  /** One legend for all. Default: none. */
  readonly legend?: readonly LegendEntry[] | undefined;
  readonly theme?: Theme | undefined;
}

/** Charts in reading order; every row is as high as its highest. */
export function panels(charts: readonly Chart[], options: PanelsOptions = {}): Chart {
  const { columns: most = 2, title, subtitle, legend = [], theme = light } = options;
  const columns = Math.min(most, charts.length);
  const { margin } = spacing;
  const columnWidths = Array.from({ length: columns }, (_, column) =>
    Math.max(...charts.filter((_, i) => i % columns === column).map((chart) => chart.width)),
  );
  const width = columnWidths.reduce((sum, one) => sum + one, 0);
  const parts: string[] = [];
  let y = 0;
  if (title !== undefined) {
    y = margin + fontSize.title;
    parts.push(textElement(title, margin, y, { size: fontSize.title, color: theme.ink, weight: 600 }));
    y += 6;
  }
  if (subtitle !== undefined) {
    y = Math.max(y, margin) + fontSize.body;
    parts.push(textElement(subtitle, margin, y, { size: fontSize.body, color: theme.muted }));
    y += 6;
  }
  const entries = layoutLegend(legend, width - 2 * margin, theme);
  if (entries.height > 0) {
    y = Math.max(y, margin) + 6;
    parts.push(`<g transform="translate(${margin},${y})">${entries.svg}</g>`);
    y += entries.height;
  }
  for (let first = 0; first < charts.length; first += columns) {
    const row = charts.slice(first, first + columns);
    row.forEach((chart, column) => {
      const x = columnWidths.slice(0, column).reduce((sum, one) => sum + one, 0);
      parts.push(`<g transform="translate(${x},${y})">${inside(chart.svg)}</g>`);
    });
    y += Math.max(...row.map((chart) => chart.height));
  }
  return document(width, y, title, theme, parts.join("\n"));
}

/** What is between the outer tags. */
function inside(svg: string): string {
  return svg.replace(/^<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
}
