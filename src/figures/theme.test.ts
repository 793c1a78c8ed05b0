import { describe, expect, it } from "vitest";
import { colorAt, diverging, rgb, sequential, themes } from "./theme.ts";

/** Simulated dichromacy on linear RGB, severity 1 (Machado, Oliveira & Fernandes 2009). */
const vision = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
} as const;

type Triple = readonly [number, number, number];

function times(m: readonly number[], [r, g, b]: Triple): Triple {
  const dot = (at: number): number => m[at]! * r + m[at + 1]! * g + m[at + 2]! * b;
  return [dot(0), dot(3), dot(6)];
}

function linear(color: Triple): Triple {
  const one = (byte: number): number => {
    const value = byte / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [one(color[0]), one(color[1]), one(color[2])];
}

/** CIE L*a*b* under D65 of linear RGB. */
function lab(color: Triple): Triple {
  const clipped = color.map((value) => Math.min(1, Math.max(0, value))) as unknown as Triple;
  const xyz = times([0.4124, 0.3576, 0.1805, 0.2126, 0.7152, 0.0722, 0.0193, 0.1192, 0.9505], clipped);
  const f = (value: number): number => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116);
  const [x, y, z] = [f(xyz[0] / 0.9505), f(xyz[1]), f(xyz[2] / 1.089)];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const difference = (a: Triple, b: Triple): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

describe("categorical colours", () => {
  const luminance = (color: string): number => {
    const [r, g, b] = linear(rgb(color));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  /** WCAG 2.2. */
  const contrast = (a: string, b: string): number => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
    return (high + 0.05) / (low + 0.05);
  };

  // The page's own grounds, behind the map, are a shade beside the paper's.
  it.each([
    ["light", "#f5f6f8"],
    ["dark", "#0d0f12"],
  ] as const)("%s: 3:1 against both grounds, and apart for every eye", (name, page) => {
    const { categorical, background } = themes[name];
    expect(categorical.length).toBe(10);
    for (const color of categorical) {
      for (const ground of [background, page]) expect(contrast(color, ground)).toBeGreaterThanOrEqual(3);
    }
    for (const matrix of Object.values(vision)) {
      const seen = categorical.map((color) => lab(times(matrix, linear(rgb(color)))));
      seen.forEach((color, i) => {
        for (const other of seen.slice(i + 1)) expect(difference(color, other)).toBeGreaterThan(20);
      });
    }
  });
});

describe("scales", () => {
  it("hit their anchors, mix evenly between and hold at the ends", () => {
    expect(colorAt(["#000000", "#0a1420"], 0.5)).toEqual([5, 10, 16]);
    expect(colorAt(sequential, 0)).toEqual([0x44, 0x01, 0x54]);
    expect(colorAt(sequential, 1)).toEqual([0xfd, 0xe7, 0x25]);
    expect(colorAt(sequential, 7)).toEqual(colorAt(sequential, 1));
    expect(colorAt(diverging, 0.5)).toEqual([0xf7, 0xf7, 0xf7]);
    expect(colorAt(diverging, Number.NaN)).toEqual([0xf7, 0xf7, 0xf7]);
    expect(colorAt(diverging, -1)).toEqual(rgb(diverging[0]!));
  });

  it("get lighter all the way (sequential), or towards the middle (diverging)", () => {
    const lightness = (scale: readonly string[], t: number): number => lab(linear(colorAt(scale, t)))[0];
    for (let step = 0; step < 20; step++) {
      expect(lightness(sequential, (step + 1) / 20)).toBeGreaterThan(lightness(sequential, step / 20));
      const [outer, inner] = [step / 40, (step + 1) / 40];
      expect(lightness(diverging, inner)).toBeGreaterThan(lightness(diverging, outer));
      expect(lightness(diverging, 1 - inner)).toBeGreaterThan(lightness(diverging, 1 - outer));
    }
  });
});
