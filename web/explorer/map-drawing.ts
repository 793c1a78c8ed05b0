/** How a map is drawn: a colour and a shape for each class, so that nobody depends on colours; marks of A, B and now. */

import { classOutline } from "../../src/base/shapes.ts";
import type { LiveColoring } from "../../src/pages/index.ts";
import { color } from "../dom.ts";

type Place = readonly [number, number];

/** A path of each name's shape, `radius` pixels large. */
function shapesOf(coloring: LiveColoring | undefined, radius: number): readonly Path2D[] {
  // Steps of a factor are told apart by their order in the scale; only names of classes have shapes.
  const count = coloring !== undefined && isClasses(coloring) ? Math.min(10, coloring.names.length) : 1;
  return Array.from({ length: count }, (_, i) => {
    const path = new Path2D();
    path.addPath(new Path2D(classOutline(i)), new DOMMatrix([radius, 0, 0, radius, 0, 0]));
    return path;
  });
}

/** Colours that are variables of the page are names; steps of a factor have colours of their own. */
export const isClasses = ({ colors }: LiveColoring): boolean => colors[0]?.startsWith("--") === true;

/** The page's colours as they are now. Asking for them makes the page lay itself out: once for a theme, not for every drawing. */
export interface Inks {
  readonly ink: string;
  readonly paper: string;
  /** For each name; one for all points where there are no names. */
  readonly points: readonly string[];
}

export function inksOf(coloring: LiveColoring | undefined): Inks {
  const points = (coloring?.colors ?? ["--kl"]).map((one) => (one.startsWith("--") ? color(one) : one));
  return { ink: color("--ink"), paper: color("--paper"), points };
}

/** Around what is decoded now: a ring with four ticks, as no class has. */
function markNow(context: CanvasRenderingContext2D, [x, y]: Place, { ink, paper }: Inks): void {
  const [radius, tick] = [11, 6];
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  for (const [dx, dy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const) {
    context.moveTo(x + dx * (radius - 3), y + dy * (radius - 3));
    context.lineTo(x + dx * (radius + tick), y + dy * (radius + tick));
  }
  for (const [width, style] of [
    [6, paper],
    [2.5, ink],
  ] as const) {
    context.lineWidth = width;
    context.strokeStyle = style;
    context.stroke();
  }
}

export const HANDLE = 10;

/** A letter in a disc of ink. */
function markEnd(
  context: CanvasRenderingContext2D,
  [x, y]: Place,
  letter: string,
  { ink, paper }: Inks,
): void {
  context.beginPath();
  context.arc(x, y, HANDLE, 0, 2 * Math.PI);
  context.fillStyle = ink;
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = paper;
  context.stroke();
  context.fillStyle = paper;
  context.font = "600 12px Inter, system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(letter, x, y + 0.5);
}

/** What is on a map, in pixels of the page. */
export interface Drawn {
  readonly size: number;
  /** Of points that are shown. */
  readonly points: readonly { readonly at: Place; readonly name: number }[];
  readonly radius: number;
  readonly coloring: LiveColoring | undefined;
  readonly inks: Inks;
  /** From the picked point to its neighbours. */
  readonly lines: readonly (readonly [Place, Place])[];
  readonly ends?: readonly [Place, Place] | undefined;
  readonly now?: Place | undefined;
}

export function drawMap(canvas: HTMLCanvasElement, drawn: Drawn): void {
  const { size, points, radius, coloring, inks, lines, ends, now } = drawn;
  const context = canvas.getContext("2d")!;
  const ratio = devicePixelRatio;
  const pixels = Math.round(size * ratio);
  if (canvas.width !== pixels) canvas.width = canvas.height = pixels;
  const shapes = shapesOf(coloring, radius);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, pixels, pixels);
  context.globalAlpha = 0.88;
  for (const {
    at: [left, top],
    name,
  } of points) {
    if (left < -9 || top < -9 || left > size + 9 || top > size + 9) continue;
    context.setTransform(ratio, 0, 0, ratio, left * ratio, top * ratio);
    context.fillStyle = inks.points[name % inks.points.length]!;
    context.fill(shapes[name % shapes.length]!);
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.globalAlpha = 1;
  context.strokeStyle = inks.ink;
  const stroke = (pairs: readonly (readonly [Place, Place])[], width: number, dash: number[]): void => {
    context.lineWidth = width;
    context.setLineDash(dash);
    context.beginPath();
    for (const [from, to] of pairs) {
      context.moveTo(...from);
      context.lineTo(...to);
    }
    context.stroke();
    context.setLineDash([]);
  };
  stroke(lines, 1, []);
  if (ends !== undefined) {
    stroke([ends], 1.5, [4, 4]);
    markEnd(context, ends[0], "A", inks);
    markEnd(context, ends[1], "B", inks);
  }
  if (now !== undefined) markNow(context, now, inks);
}
