/** Several charts on one sheet, in columns. */
import { light, spacing } from "../theme.ts";
import { type Chart, type ChartOptions, document, heading } from "./chart.ts";
import { type LegendEntry, layoutLegend } from "./legend.ts";

export interface PanelsOptions extends Pick<ChartOptions, "title" | "subtitle" | "theme"> {
  /** Default 2. */
  readonly columns?: number | undefined;
  /** One legend for all. Default: none. */
  readonly legend?: readonly LegendEntry[] | undefined;
}

/** Charts in reading order; every row is as high as its highest. */
export function panels(charts: readonly Chart[], options: PanelsOptions = {}): Chart {
  const { columns: most = 2, title, legend = [], theme = light } = options;
  const columns = Math.min(most, charts.length);
  const { margin } = spacing;
  const columnWidths = Array.from({ length: columns }, (_, column) =>
    Math.max(...charts.filter((_, i) => i % columns === column).map((chart) => chart.width)),
  );
  const width = columnWidths.reduce((sum, one) => sum + one, 0);
  const { parts, end } = heading(options);
  let y = end;
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
