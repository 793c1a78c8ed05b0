/** How points look: a colour and a shape for each class, so that nobody depends on colours; marks of A, B and now. */

import type { LiveColoring } from "../../src/pages/index.ts";
import { color } from "../dom.ts";

/** Of radius 1 around the origin; ten, as there are colours. */
const outlines: readonly string[] = [
  "M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0Z",
  "M-.9-.9H.9V.9H-.9Z",
  "M0-1.2L1.1.8H-1.1Z",
  "M0-1.3L1.1 0L0 1.3L-1.1 0Z",
  "M0 1.2L1.1-.8H-1.1Z",
  "M-.4-1.2H.4V-.4H1.2V.4H.4V1.2H-.4V.4H-1.2V-.4H-.4Z",
  "M0-1.4L.4-.45L1.35-.4L.6.2L.85 1.15L0 .6L-.85 1.15L-.6.2L-1.35-.4L-.4-.45Z",
  "M-.85-1.2L0-.5L.85-1.2L1.2-.85L.5 0L1.2.85L.85 1.2L0 .5L-.85 1.2L-1.2.85L-.5 0L-1.2-.85Z",
  "M-1.3-.55H1.3V.55H-1.3Z",
  "M-.55-1.3H.55V1.3H-.55Z",
];

export const outlineOf = (index: number): string => outlines[index % outlines.length]!;

/** A path of each name's shape, `radius` pixels large. */
export function shapesOf(coloring: LiveColoring | undefined, radius: number): readonly Path2D[] {
  // Steps of a factor are told apart by their order in the scale; only names of classes have shapes.
  const count = coloring !== undefined && isClasses(coloring) ? Math.min(10, coloring.names.length) : 1;
  return Array.from({ length: count }, (_, i) => {
    const path = new Path2D();
    path.addPath(new Path2D(outlineOf(i)), new DOMMatrix([radius, 0, 0, radius, 0, 0]));
    return path;
  });
}

/** Colours that are variables of the page are names; steps of a factor have colours of their own. */
export const isClasses = ({ colors }: LiveColoring): boolean => colors[0]?.startsWith("--") === true;

/** A colour for each name, now; one for all points where there are no names. */
export function classColors(coloring: LiveColoring | undefined): string[] {
  const colors = coloring?.colors ?? ["--kl"];
  return colors.map((one) => (one.startsWith("--") ? color(one) : one));
}

/** Around what is decoded now: a ring with four ticks, as no class has. */
export function markNow(context: CanvasRenderingContext2D, [x, y]: readonly [number, number]): void {
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
    [6, "--paper"],
    [2.5, "--ink"],
  ] as const) {
    context.lineWidth = width;
    context.strokeStyle = color(style);
    context.stroke();
  }
}

export const HANDLE = 10;

/** A letter in a disc of ink. */
export function markEnd(
  context: CanvasRenderingContext2D,
  [x, y]: readonly [number, number],
  letter: string,
): void {
  context.beginPath();
  context.arc(x, y, HANDLE, 0, 2 * Math.PI);
  context.fillStyle = color("--ink");
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = color("--paper");
  context.stroke();
  context.fillStyle = color("--paper");
  context.font = "600 12px Inter, system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(letter, x, y + 0.5);
}
