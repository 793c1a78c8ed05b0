/** A chart drawn in light colours, made to follow the page's: every colour of the theme becomes a variable. */

import { dark, light, type Theme } from "../figures/web.ts";

/** Of one theme, the page's variables by name: `--ink`, …, `--class-0`, …. */
export function themeVariables(theme: Theme): Record<string, string> {
  return {
    "--paper": theme.background,
    "--ink": theme.ink,
    "--muted": theme.muted,
    "--faint": theme.faint,
    ...Object.fromEntries(theme.categorical.map((color, i) => [`--class-${i}`, color])),
  };
}

/** An SVG drawn with `light`, with variables for what is another colour in the dark. */
export function adaptiveSvg(svg: string): string {
  const inDark = themeVariables(dark);
  const changing = Object.entries(themeVariables(light)).filter(([name, color]) => inDark[name] !== color);
  return changing.reduce((text, [name, color]) => text.replaceAll(`"${color}"`, `"var(${name})"`), svg);
}
