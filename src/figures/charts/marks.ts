/** What charts draw alike: axes, grids, and lines with a name. */
import type { Theme } from "../theme.ts";
import type { Plot } from "./frame.ts";
import { textWidth } from "./text.ts";

/** Names along an axis with `room` pixels each: all, or every second, third, …, as they fit side by side. */
export function fitting(names: readonly string[], room: number, gap = 6): string[] {
  const widest = Math.max(...names.map((name) => textWidth(name, 12))) + gap;
  const every = Math.max(1, Math.ceil(widest / room));
  return names.filter((_, i) => i % every === 0);
}

export const gridY = (plot: Plot, theme: Theme, more: object = {}) =>
  plot.gridY({ stroke: theme.faint, strokeOpacity: 1, ...more });

/** Both axes, as names or numbers without a line and without a title: the frame has those. */
export const axes = (plot: Plot, { muted: color }: Theme, x: object = {}, y: object = {}) => [
  plot.axisX({ label: null, color, tickSize: 0, ...x }),
  plot.axisY({ label: null, color, tickSize: 0, ...y }),
];

/** The name of a horizontal line, at one of its ends; its halo keeps it readable over what it crosses. */
export const lineName = (
  plot: Plot,
  { background }: Theme,
  {
    value,
    label,
    fill,
    end = "right",
  }: { value: number; label: string; fill: string; end?: "left" | "right" },
) =>
  plot.text([label], {
    y: () => value,
    frameAnchor: end,
    textAnchor: end === "right" ? "end" : "start",
    dy: -7,
    fill,
    stroke: background,
    strokeWidth: 4,
  });
