/**
 * The right operand of a convolution as a product: for eight positions of the window, the numbers under it. They are
 * gathered from the image into the panel at once; all patches of an image are never written out.
 */

import { type Code, either, f32x4, i32, sequence, v128 } from "./assembler.ts";
import type { Frame, Local } from "./module.ts";
import { COLUMNS } from "./tiles.ts";

export interface Patches {
  /** Address of the image, whose border is zeros. */
  readonly image: Code;
  readonly channels: number;
  /** Bytes from channel to channel. */
  readonly plane: number;
  /** Where the numbers under a window lie, in bytes from its corner. */
  readonly taps: readonly number[];
  /** Address of the corners' places, in bytes from the image's start, of the eight positions. */
  readonly corners: Code;
  /** Pixels from a position to the next one in the row. */
  readonly stride: number;
  /** Positions in a row. */
  readonly row: number;
  readonly panel: Code;
}

const lanes = [...Array(COLUMNS).keys()];
/** Numbers 0, 2, 4 and 6 of two vectors, as bytes. */
const even = [0, 2, 4, 6].flatMap((number) => [0, 1, 2, 3].map((byte) => 4 * number + byte));

export function packPatches(frame: Frame, patches: Patches): Code {
  const { channels, plane, taps, stride, row, panel } = patches;
  const corners = lanes.map(() => frame.local("i32"));
  const [target, c] = [frame.local("i32"), frame.local("i32")];
  const step = 4 * stride;
  const over = (used: readonly Local[], vector: (half: number, tap: number) => Code): Code =>
    frame.loop(
      c,
      i32.const(0),
      i32.const(channels),
      1,
      ...taps.flatMap((tap, t) =>
        [0, 1].map((half) => v128.store(4 * (t * COLUMNS + 4 * half), target.get, vector(half, tap))),
      ),
      ...used.map((corner) => corner.set(i32.add(corner.get, i32.const(plane)))),
      target.set(i32.add(target.get, i32.const(4 * COLUMNS * taps.length))),
    );
  const gathered = over(corners, (half, tap) =>
    lanes
      .slice(4 * half, 4 * half + 4)
      .reduce((vector, l, i) => v128.loadLane(i, tap, corners[l]!.get, vector), f32x4.const(0)),
  );
  const first = corners[0]!;
  const run = over([first], (half, tap) => {
    const at = tap + 4 * half * step;
    if (stride === 1) return v128.load(at, first.get);
    return v128.shuffle(even, v128.load(at, first.get), v128.load(at + 16, first.get));
  });
  const begin = sequence(
    target.set(panel),
    ...corners.map((corner, i) => corner.set(i32.add(patches.image, i32.load(4 * i, patches.corners)))),
  );
  if (stride > 2 || row < COLUMNS) return sequence(begin, gathered);
  if (row % COLUMNS === 0) return sequence(begin, run);
  const apart = i32.subtract(corners[COLUMNS - 1]!.get, first.get);
  const inRow = i32.equal(apart, i32.const((COLUMNS - 1) * step));
  return sequence(begin, either(inRow, run, gathered));
}

/** The places of the corners of all positions, and of the last one again until they fill panels. */
export function cornerTable(rows: number, columns: number, width: number, stride: number): Int32Array {
  const count = rows * columns;
  return Int32Array.from({ length: Math.ceil(count / COLUMNS) * COLUMNS }, (_, i) => {
    const at = Math.min(i, count - 1);
    return 4 * stride * (Math.floor(at / columns) * width + (at % columns));
  });
}
