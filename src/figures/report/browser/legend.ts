/** What the colours of the map's points mean. */

import { colorAt, sequential } from "../../theme.ts";
import type { LiveColoring } from "../live.ts";
import { color, element } from "./dom.ts";

/** More names than this are told by the first, the middle and the last. */
const MOST_NAMES = 12;

/** A colour for each name; one for all points where there are no names. */
export function classColors(coloring: LiveColoring | undefined): string[] {
  if (coloring === undefined) return [color("--kl")];
  const { names, ordered } = coloring;
  return names.map((_, i) =>
    ordered
      ? `rgb(${colorAt(sequential, names.length === 1 ? 0.5 : i / (names.length - 1)).join()})`
      : color(`--class-${i % 10}`),
  );
}

export function fillLegend(coloring: LiveColoring | undefined): void {
  const legend = element("legend");
  legend.replaceChildren();
  if (coloring === undefined) return;
  const { names } = coloring;
  const colors = classColors(coloring);
  const last = names.length - 1;
  const shown = names.length <= MOST_NAMES ? names.map((_, i) => i) : [0, Math.round(last / 2), last];
  for (const i of shown) {
    const item = document.createElement("li");
    const dot = document.createElement("i");
    dot.style.background = colors[i]!;
    item.append(dot, names[i]!);
    legend.append(item);
  }
}
