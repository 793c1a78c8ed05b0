/** How points look: a colour and a shape for each class, so that nobody depends on colours; marks of A, B and now. */

import { classOutline } from "../../src/base/shapes.ts";
import type { LiveColoring } from "../../src/pages/index.ts";
import { color } from "../dom.ts";

/** A path of each name's shape, `radius` pixels large. */
export function shapesOf(coloring: LiveColoring | undefined, radius: number): readonly Path2D[] {
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
