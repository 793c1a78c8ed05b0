/**
 * What PNG's filters took from each pixel put back, a pixel at a time, its bytes side by side. Pure.
 *
 * https://www.w3.org/TR/png-3/#9Filters
 */

import { type Code, doWhile, type Frame, i16x8, i32, i32x4, sequence, v128 } from "../../wasm/index.ts";

/** By number; 0 takes nothing away. */
export type PngFilter = 1 | 2 | 3 | 4;

/**
 * A row of `stride` bytes out of what is at `source`, with the row above, in pixels of `pixelBytes` bytes. Writes and reads up
 * to three bytes more.
 */
export function writeUnfilter(frame: Frame, filter: PngFilter): Code {
  const [out, above, source, stride, pixelBytes] = frame.parameters as Required<typeof frame.parameters>;
  const at = frame.local("i32");
  const [left, up, corner] = Array.from({ length: 3 }, () => frame.local("v128"));
  const pixel = (row: Code) => i32x4.shortsFromBytes(v128.loadZero(0, i32.add(row, at.get)));
  const guess = {
    1: () => left!.get,
    2: () => up!.get,
    3: () => i16x8.shiftRight(i16x8.add(left!.get, up!.get), i32.const(1)),
    4: () => paeth(frame, left!.get, up!.get, corner!.get),
  };
  return doWhile(
    i32.lessThan(at.tee(i32.add(at.get, pixelBytes!.get)), stride!.get),
    up!.set(pixel(above!.get)),
    left!.set(v128.and(i16x8.add(pixel(source!.get), guess[filter]()), i16x8.const(255))),
    corner!.set(up!.get),
    v128.storeLane(0, 0, i32.add(out!.get, at.get), i32x4.shortsToBytes(left!.get, left!.get)),
  );
}

/** Of the three that which is nearest to left + up − corner; of two as near the first. */
function paeth(frame: Frame, left: Code, up: Code, corner: Code): Code {
  const toLeft = frame.keep("v128", i16x8.subtract(up, corner));
  const toUp = frame.keep("v128", i16x8.subtract(left, corner));
  const toCorner = frame.keep("v128", i16x8.abs(i16x8.add(toLeft.get, toUp.get)));
  const [nearLeft, nearUp] = [toLeft, toUp].map(({ get }) => frame.keep("v128", i16x8.abs(get)));
  const least = frame.keep("v128", i16x8.min(toCorner.get, i16x8.min(nearLeft!.get, nearUp!.get)));
  return sequence(
    ...[toLeft, toUp, toCorner, nearLeft!, nearUp!, least].map(({ set }) => set),
    v128.select(
      left,
      v128.select(up, corner, i16x8.equal(nearUp!.get, least.get)),
      i16x8.equal(nearLeft!.get, least.get),
    ),
  );
}
