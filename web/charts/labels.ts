/** Where the names of points stand, in pixels: beside their points, over no other point and no other name. */

import { LETTER, shortened } from "./scale.ts";

export interface Label {
  readonly text: string;
  /** Of the text's anchor. */
  readonly x: number;
  /** Of its middle. */
  readonly y: number;
  readonly anchor: "start" | "end";
  readonly left: number;
  readonly right: number;
}

export const isPlaced = ({ x, y }: { readonly x: number; readonly y: number }): boolean =>
  Number.isFinite(x) && Number.isFinite(y);

/** From a point's middle to its name. */
const GAP = 9;
/** Half of a point, and of a line of text. */
const [POINT, TEXT] = [5, 6];

/**
 * At the right where that is free, else at the left, else a line further down or up; a name that fits at neither side is shortened.
 * A point without a place (a diverged run's) has no name.
 */
export function labelsOf(
  points: readonly { readonly name: string; readonly x: number; readonly y: number }[],
  width: number,
): readonly (Label | undefined)[] {
  const names = points.map(({ name }) => name);
  const taken = points
    .filter(isPlaced)
    .map(({ x, y }) => ({ left: x - POINT, right: x + POINT, y, half: POINT }));
  return points.map((point, i) => {
    if (!isPlaced(point)) return undefined;
    const { name, x, y } = point;
    const fitting = (room: number): string => shortened(names, room)[i]!;
    const choices = [
      { anchor: "start", room: width - x - GAP, text: fitting(width - x - GAP) },
      { anchor: "end", room: x - GAP, text: fitting(x - GAP) },
    ] as const;
    const whole = choices.filter(({ room, text }) => text === name && LETTER * text.length <= room);
    const sides = whole.length > 0 ? whole : choices.toSorted((a, b) => b.room - a.room).slice(0, 1);
    for (let row = 0; ; row++) {
      // 0, 1 down, 1 up, 2 down, …
      const at = y + 2 * TEXT * Math.ceil(row / 2) * (row % 2 === 0 ? -1 : 1);
      if (at < TEXT) continue;
      for (const { anchor, text } of sides) {
        const size = LETTER * text.length;
        const left = anchor === "start" ? x + GAP : x - GAP - size;
        const right = left + size;
        const isFree = taken.every(
          (one) => Math.abs(one.y - at) >= one.half + TEXT || one.right < left || one.left > right,
        );
        if (!isFree) continue;
        taken.push({ left, right, y: at, half: TEXT });
        return { text, x: anchor === "start" ? left : right, y: at, anchor, left, right };
      }
    }
  });
}
