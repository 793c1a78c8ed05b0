/** The gradient for a convolution's kernel: output gradients × patches, summed over images. */

import type { ConvolutionShape } from "../../plan/index.ts";
import { type Code, i32, sequence, v128, zero } from "../assembler.ts";
import { framedBytes, writeFraming } from "../framing.ts";
import type { Frame, Local, ModuleBuilder } from "../module.ts";
import { overColumns } from "../product.ts";
import type { Range } from "../split.ts";
import { COLUMNS, leftBytes, packLeft, rightBytes, TILE_BYTES, writeColumn } from "../tiles.ts";
import { bytes, type Convolution, framingOf, grid, overImages } from "./moving.ts";

/**
 * Parameters: image, output gradient, result, table, scratch.
 *
 * @param part of the result's columns, one for each channel and position of the kernel; their first one is where the result begins
 */
export function weightGradient(shape: ConvolutionShape, part: Range): Convolution {
  const { batch, channels, out, kernelHeight, kernelWidth, rows, columns, stride } = shape;
  const framing = framingOf(shape);
  const positions = grid(kernelHeight, kernelWidth);
  const [all, count, depth] = [channels * positions.length, part.count, rows * columns];
  const plane = framing.framedHeight * framing.framedWidth;
  const places = Array.from({ length: channels }, (_, c) =>
    positions.map(([i, j]) => bytes * (c * plane + i * framing.framedWidth + j)),
  )
    .flat()
    .slice(part.start, part.start + count);
  while (places.length % COLUMNS !== 0) places.push(0);
  const panels = leftBytes(out, depth) + rightBytes(depth) + TILE_BYTES;
  const write = (frame: Frame, module: ModuleBuilder): Code => {
    const [image, gradient, result, table, scratch] = frame.parameters as [Local, Local, Local, Local, Local];
    const framed = writeFraming(module, framing, image, i32.add(scratch.get, i32.const(panels)));
    const panel = i32.add(scratch.get, i32.const(leftBytes(out, depth)));
    const [taps, to, row] = [frame.local("i32"), frame.local("i32"), frame.local("i32")];
    const column = (some: number): Code =>
      sequence(
        packTaps(frame, {
          image: framed.framed,
          places: taps.get,
          panel,
          rows,
          columns,
          step: bytes * stride,
          row: bytes * stride * framing.framedWidth,
          inRuns: kernelWidth % 4 === 0,
        }),
        writeColumn(frame, module, {
          kind: { start: "result", relu: false },
          rows: out,
          depth,
          left: scratch.get,
          right: panel,
          out: to.get,
          stride: bytes * all,
          columns: some,
          bias: i32.const(0),
          tile: i32.add(panel, i32.const(rightBytes(depth))),
        }),
      );
    return sequence(
      framed.clear,
      to.set(result.get),
      frame.loop(
        row,
        i32.const(0),
        i32.const(out),
        1,
        zero(to.get, i32.const(bytes * count)),
        to.set(i32.add(to.get, i32.const(bytes * all))),
      ),
      overImages(frame, batch, [
        framed.fill,
        packLeft(frame, gradient.get, scratch.get, {
          rows: out,
          depth,
          steps: { across: bytes * depth, along: bytes },
        }),
        taps.set(table.get),
        to.set(result.get),
        overColumns(frame, count, column, [
          [taps, 4 * COLUMNS],
          [to, bytes * COLUMNS],
        ]),
        image.set(i32.add(image.get, i32.const(bytes * framing.channels * framing.height * framing.width))),
        gradient.set(i32.add(gradient.get, i32.const(bytes * out * depth))),
      ]),
    );
  };
  return {
    scratch: panels + framedBytes(framing),
    table: Int32Array.from(places),
    define: (module) =>
      module.define(`weight gradient ${JSON.stringify([shape, part])}`, 5, (frame) => write(frame, module)),
  };
}

interface Taps {
  readonly image: Code;
  /** Address of the places of eight taps, in bytes from the image's start. */
  readonly places: Code;
  readonly panel: Code;
  readonly rows: number;
  readonly columns: number;
  /** Bytes from a window to the next one, and to the one below. */
  readonly step: number;
  readonly row: number;
  /** Whether taps lie in fours that are neighbours. */
  readonly inRuns: boolean;
}

/** Eight taps of every window of an image, window after window. */
function packTaps(frame: Frame, { image, places, panel, rows, columns, step, row, inRuns }: Taps): Code {
  const used = inRuns ? [0, 4] : [0, 1, 2, 3, 4, 5, 6, 7];
  const corners = used.map(() => frame.local("i32"));
  const [target, i, j] = [frame.local("i32"), frame.local("i32"), frame.local("i32")];
  const half = (which: number, offset: number): Code => {
    if (inRuns) return v128.load(offset, corners[which]!.get);
    const own = corners.slice(4 * which, 4 * which + 4);
    return own.reduce<Code>(
      (vector, corner, l) =>
        l === 0 ? v128.loadSplat(offset, corner.get) : v128.loadLane(l, offset, corner.get, vector),
      [],
    );
  };
  // Several windows at a time: the addresses move less often.
  const together = [4, 3, 2, 1].find((count) => columns % count === 0)!;
  const move = (by: number) => corners.map((corner) => corner.set(i32.add(corner.get, i32.const(by))));
  return sequence(
    target.set(panel),
    ...corners.map((corner, c) => corner.set(i32.add(image, i32.load(4 * used[c]!, places)))),
    frame.loop(
      i,
      i32.const(0),
      i32.const(rows),
      1,
      frame.loop(
        j,
        i32.const(0),
        i32.const(columns),
        together,
        ...Array.from({ length: together }, (_, w) =>
          [0, 1].map((which) => v128.store(4 * (w * COLUMNS + 4 * which), target.get, half(which, w * step))),
        ).flat(),
        ...move(together * step),
        target.set(i32.add(target.get, i32.const(4 * COLUMNS * together))),
      ),
      ...move(row - columns * step),
    ),
  );
}
