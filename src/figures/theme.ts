/**
 * The one look of every figure: font, sizes, ink and paper for light and dark, and the colour scales. Values
 * only; who draws decides what they are for. Colours are `#rrggbb`.
 */

/** Shipped in `assets/fonts`, so a figure looks the same on every machine. Weights: 400 and 600. */
export const fontFamily = "Inter";

/** Text sizes in pixels of the figure. */
export const fontSize = { small: 12, body: 14, title: 18 } as const;

/** Distances in pixels of the figure. */
export const spacing = {
  /** Between the figure's edge and what it shows. */
  margin: 16,
  /** Between two images of a grid. */
  gap: 4,
  /** Between groups of rows that belong together, and between blocks. */
  groupGap: 16,
} as const;

export interface Theme {
  readonly name: "light" | "dark";
  readonly background: string;
  /** Text and axes. */
  readonly ink: string;
  /** Second-rank text. */
  readonly muted: string;
  /** Grid lines and empty cells. */
  readonly faint: string;
  /**
   * Ten colours for classes, bars and lines: 3:1 against the paper and the page at least, and any two 20 of CIE Lab
   * apart, under protanopia and deuteranopia as well. Found by search; shapes tell classes apart beside them.
   */
  readonly categorical: readonly string[];
}

export const light: Theme = {
  name: "light",
  background: "#ffffff",
  ink: "#1a1d21",
  muted: "#5f6873",
  faint: "#e3e6ea",
  categorical: [
    "#305bd7",
    "#d77300",
    "#0a5853",
    "#a1858c",
    "#3a93cf",
    "#a34800",
    "#7c4b2f",
    "#2f0098",
    "#311100",
    "#57447f",
  ],
};

export const dark: Theme = {
  name: "dark",
  background: "#14171b",
  ink: "#eceff3",
  muted: "#9aa4b0",
  faint: "#2c323a",
  categorical: [
    "#2fa2ff",
    "#fa7c00",
    "#0f799e",
    "#eca782",
    "#8dd8ff",
    "#ba4721",
    "#fbff13",
    "#7946ff",
    "#fbffe9",
    "#88635e",
  ],
};

export const themes = { light, dark } as const;

/** Anchor colours, evenly spaced from 0 to 1. */
export type ColorScale = readonly string[];

/** Small to large: viridis (van der Walt & Smith, CC0), even to the eye and in grey. */
export const sequential: ColorScale = [
  "#440154",
  "#482475",
  "#414487",
  "#355f8d",
  "#2a788e",
  "#21918c",
  "#22a884",
  "#44bf70",
  "#7ad151",
  "#bddf26",
  "#fde725",
];

/** Negative, nothing, positive: Okabe–Ito blue to vermilion through near-white; the middle is 0.5. */
export const diverging: ColorScale = [
  "#00446b",
  "#0072b2",
  "#7fb8d8",
  "#f7f7f7",
  "#eaaf80",
  "#d55e00",
  "#803800",
];

/** `#rrggbb` as three bytes. */
export function rgb(color: string): [red: number, green: number, blue: number] {
  const value = Number.parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** The colour at `t` of a scale, as three bytes; `t` outside 0…1 takes the nearer end, NaN the middle. */
export function colorAt(scale: ColorScale, t: number): [red: number, green: number, blue: number] {
  const at = Math.min(1, Math.max(0, Number.isNaN(t) ? 0.5 : t)) * (scale.length - 1);
  const below = Math.min(scale.length - 2, Math.floor(at));
  const from = rgb(scale[below]!);
  const to = rgb(scale[below + 1]!);
  const mix = (i: 0 | 1 | 2): number => Math.round(from[i] + (to[i] - from[i]) * (at - below));
  return [mix(0), mix(1), mix(2)];
}
