/** What the colours of the map's points mean. */

import type { LiveColoring } from "../../src/pages/index.ts";
import { color, element } from "../dom.ts";

/** Of more names than this the legend has the first, the middle and the last. */
const MOST_NAMES = 12;

/** A colour for each name, now; one for all points where there are no names. */
export function classColors(coloring: LiveColoring | undefined): string[] {
  const colors = coloring?.colors ?? ["--kl"];
  return colors.map((one) => (one.startsWith("--") ? color(one) : one));
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
