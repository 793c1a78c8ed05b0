/** Legends of charts and maps: a swatch and a name for each class, in as many lines as the width asks for. */
import { shortenedNames } from "../../base/shortened.ts";
import { fontSize, type Theme } from "../theme.ts";
import { textElement, textWidth } from "./text.ts";

export interface LegendEntry {
  readonly name: string;
  readonly color: string;
  /** Default *square*. */
  readonly symbol?: "square" | "circle" | "line" | "shape";
  /** Of a shape: the path of it around the origin, about 1 in radius. */
  readonly outline?: string | undefined;
  /** Of a line: its dashes, as in `stroke-dasharray`. */
  readonly dash?: string | undefined;
}

const lineHeight = 22;
const symbolWidth = { square: 12, circle: 11, shape: 12, line: 22 } as const;

/** Of a letter's width to the font's size, in the widest of long names. */
const LETTER = 0.66;

/** The entries from left to right, wrapped at `width`, longer ones shortened; the group begins at (0, 0). */
export function layoutLegend(
  entries: readonly LegendEntry[],
  width: number,
  theme: Theme,
): { readonly svg: string; readonly height: number } {
  const size = fontSize.small + 1;
  const tooLong = entries.some(({ name }) => textWidth(name, size) > width - symbolWidth.line - 6);
  const whole = entries.map(({ name }) => name);
  const names = tooLong
    ? shortenedNames(whole, Math.floor((width - symbolWidth.line - 6) / (LETTER * size)))
    : whole;
  let [x, line] = [0, 0];
  const parts = entries.map((entry, i) => {
    const { symbol = "square" } = entry;
    const name = names[i]!;
    const total = Math.ceil(symbolWidth[symbol] + 6 + textWidth(name, size));
    if (x > 0 && x + total > width) [x, line] = [0, line + 1];
    const y = line * lineHeight + lineHeight / 2;
    const part =
      swatch(entry, symbol, x, y) +
      textElement(name, x + symbolWidth[symbol] + 6, y + 4.5, { size, color: theme.ink });
    x += total + 18;
    return part;
  });
  return { svg: parts.join(""), height: entries.length === 0 ? 0 : (line + 1) * lineHeight };
}

function swatch(
  { color, dash, outline }: LegendEntry,
  symbol: NonNullable<LegendEntry["symbol"]>,
  x: number,
  y: number,
): string {
  switch (symbol) {
    case "square":
      return `<rect x="${x}" y="${y - 6}" width="12" height="12" rx="2" fill="${color}"/>`;
    case "circle":
      return `<circle cx="${x + 5.5}" cy="${y}" r="5.5" fill="${color}"/>`;
    case "shape":
      return `<path transform="translate(${x + 6},${y}) scale(5)" d="${outline}" fill="${color}"/>`;
    case "line": {
      const dashes = dash === undefined ? "" : ` stroke-dasharray="${dash}"`;
      return `<path d="M${x},${y}h22" stroke="${color}" stroke-width="2.5"${dashes}/>`;
    }
  }
}
