/** The two passes of `reduce.ts` over the bytes of a picture, in WebAssembly's vectors. Pure. */

import { type Code, type Frame, i32, i32x4, sequence, v128 } from "../../wasm/index.ts";
import { columnStep } from "./reduce.ts";

/** Half of what stands for 1, so that what is cut off afterwards is rounded. */
const half = 2048;
const shift = (sum: Code): Code => i32x4.shiftRight(sum, i32.const(12));
const zeros = i32x4.const(0);
/** Bytes of two vectors by turns: those of the lower halves, of the upper. */
const turns = (from: number): number[] =>
  Array.from({ length: 16 }, (_, i) => from + (i >> 1) + 16 * (i % 2));

/**
 * A row of `length` bytes, of `pairs` pairs of rows that are `stride` bytes apart, with int16 weights. Writes and reads up to
 * 15 bytes more.
 */
export function writeRows(frame: Frame): Code {
  const [out, rows, stride, weights, pairs, length] = frame.parameters as Required<typeof frame.parameters>;
  const [at, pair, from] = [frame.local("i32"), frame.local("i32"), frame.local("i32")];
  const [upper, lower, weight, bytes] = Array.from({ length: 4 }, () => frame.local("v128"));
  const sums = Array.from({ length: 4 }, () => frame.local("v128"));
  const add = (sum: number, shorts: Code) =>
    sums[sum]!.set(i32x4.add(sums[sum]!.get, i32x4.dot(shorts, weight!.get)));
  const addBoth = (sum: number, order: readonly number[]) =>
    sequence(
      bytes!.set(v128.shuffle(order, upper!.get, lower!.get)),
      add(sum, i32x4.shortsFromBytes(bytes!.get)),
      add(sum + 1, i32x4.shortsFromUpperBytes(bytes!.get)),
    );
  const shorts = (sum: number) => i32x4.toShorts(shift(sums[sum]!.get), shift(sums[sum + 1]!.get));
  return frame.loop(
    at,
    i32.const(0),
    length!.get,
    16,
    ...sums.map((sum) => sum.set(i32x4.const(half))),
    from.set(i32.add(rows!.get, at.get)),
    frame.loop(
      pair,
      i32.const(0),
      pairs!.get,
      1,
      weight!.set(v128.loadSplat(0, i32.add(weights!.get, i32.multiply(pair.get, i32.const(4))))),
      upper!.set(v128.load(0, from.get)),
      lower!.set(v128.load(0, from.tee(i32.add(from.get, stride!.get)))),
      from.set(i32.add(from.get, stride!.get)),
      addBoth(0, turns(0)),
      addBoth(2, turns(8)),
    ),
    v128.store(0, i32.add(out!.get, at.get), i32x4.shortsToBytes(shorts(0), shorts(2))),
  );
}

/** Of two pixels in three channels each value beside the same of the other, as shorts; the last two lanes stay 0. */
const beside = (first: number): number[] =>
  [0, 3, 1, 4, 2, 5].flatMap((byte) => [first + byte, 16]).concat(16, 16, 16, 16);

/** `count` pixels of a row: for each an int32, at which byte it begins, then the int16 weights of `steps` steps. */
export function writeColumns(frame: Frame, channels: 1 | 3): Code {
  const [out, row, taps, steps, count] = frame.parameters as Required<typeof frame.parameters>;
  const [pixel, step, from, to] = Array.from({ length: 4 }, () => frame.local("i32"));
  const [sum, bytes] = [frame.local("v128"), frame.local("v128")];
  const add = (shorts: Code, weights: Code) => sum.set(i32x4.add(sum.get, i32x4.dot(shorts, weights)));
  const pairs = (first: number, offset: number) =>
    add(v128.shuffle(beside(first), bytes.get, zeros), v128.loadSplat(offset, taps!.get));
  const group =
    channels === 1
      ? add(v128.loadShorts(0, from!.get), v128.load(0, taps!.get))
      : sequence(bytes.set(v128.load(0, from!.get)), pairs(0, 0), pairs(6, 4));
  // Four sums of one value, as the row has one channel.
  const total = [4, 8].map((by) =>
    sum.set(
      i32x4.add(
        sum.get,
        v128.shuffle(
          Array.from({ length: 16 }, (_, i) => (i + by) % 16),
          sum.get,
          sum.get,
        ),
      ),
    ),
  );
  const shorts = i32x4.toShorts(shift(sum.get), zeros);
  const bytesOut = i32x4.shortsToBytes(shorts, zeros);
  const store = channels === 1 ? v128.storeByte : v128.storeLane;
  return sequence(
    to!.set(out!.get),
    frame.loop(
      pixel!,
      i32.const(0),
      count!.get,
      1,
      from!.set(i32.add(row!.get, i32.load(0, taps!.get))),
      taps!.set(i32.add(taps!.get, i32.const(4))),
      sum.set(channels === 1 ? i32x4.lanes(half, 0, 0, 0) : i32x4.const(half)),
      frame.loop(
        step!,
        i32.const(0),
        steps!.get,
        1,
        group,
        from!.set(i32.add(from!.get, i32.const(channels * columnStep[channels]))),
        taps!.set(i32.add(taps!.get, i32.const(2 * columnStep[channels]))),
      ),
      ...(channels === 1 ? total : []),
      store(0, 0, to!.get, bytesOut),
      to!.set(i32.add(to!.get, i32.const(channels))),
    ),
  );
}
