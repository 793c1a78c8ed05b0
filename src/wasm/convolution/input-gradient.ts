/** The gradient for a convolution's input: for each residue of pixels modulo the stride, an ordinary convolution with the taps that reach them. */

import type { ConvolutionShape } from "../../plan/index.ts";
import { type Code, call, i32, sequence } from "../assembler.ts";
import { type Framing, framedBytes, writeFraming } from "../framing.ts";
import type { Frame, ModuleBuilder } from "../module.ts";
import { defineNest } from "../nest.ts";
import { cornerTable } from "../patches.ts";
import type { TileKind } from "../tiles.ts";
import {
  bytes,
  type Convolution,
  grid,
  type Local6,
  type Moving,
  movingBytes,
  overImages,
  writeMoving,
} from "./moving.ts";

/** The pixels of one residue modulo the stride, along one axis. */
interface Phase {
  /** Positions in the kernel that reach them, in the order in which a convolution visits them. */
  readonly taps: readonly number[];
  /** The first row or column of the gradient that they are reached from; may be negative. */
  readonly first: number;
  /** How many pixels. */
  readonly count: number;
}

/** Pixel s·i + a is reached by the taps congruent to a + padding modulo s: a convolution of stride 1 over the i. */
function phases(size: number, kernel: number, stride: number, padding: number): Phase[] {
  return Array.from({ length: Math.min(stride, size) }, (_, a) => {
    const least = (a + padding) % stride;
    const taps: number[] = [];
    for (let tap = least; tap < kernel; tap += stride) taps.unshift(tap);
    const first = (a + padding - least) / stride - (taps.length - 1);
    return { taps, first: taps.length === 0 ? 0 : first, count: Math.ceil((size - a) / stride) };
  });
}

/** The frame of the output gradient in which every phase finds all that it looks at. */
function gradientFraming(shape: ConvolutionShape, down: readonly Phase[], across: readonly Phase[]): Framing {
  const reach = (list: readonly Phase[], size: number) => {
    const before = Math.max(0, ...list.map(({ first }) => -first));
    const ends = list.map(({ first, taps, count }) => first + count - 1 + Math.max(1, taps.length));
    return { before, size: before + Math.max(size, ...ends) };
  };
  const [vertical, horizontal] = [reach(down, shape.rows), reach(across, shape.columns)];
  return {
    channels: shape.out,
    height: shape.rows,
    width: shape.columns,
    top: vertical.before,
    left: horizontal.before,
    framedHeight: vertical.size,
    framedWidth: horizontal.size,
  };
}

/** Parameters: output gradient, kernels, bias (or anything), result, table, scratch. */
export function inputGradient(shape: ConvolutionShape): Convolution {
  const { batch, channels, height, width, out, kernelHeight, kernelWidth, stride, padding } = shape;
  const down = phases(height, kernelHeight, stride, padding);
  const across = phases(width, kernelWidth, stride, padding);
  const framing = gradientFraming(shape, down, across);
  const area = kernelHeight * kernelWidth;
  const parts = down.flatMap((vertical, a) =>
    across.map((horizontal, b) => {
      const pairs = vertical.taps.flatMap((i) => horizontal.taps.map((j) => bytes * (i * kernelWidth + j)));
      const under = grid(Math.max(1, vertical.taps.length), Math.max(1, horizontal.taps.length));
      const moving: Moving = {
        batch,
        framing,
        rowCount: channels,
        // Pixels that no tap reaches take one that is zero.
        left: {
          across: bytes * area,
          along: bytes * channels * area,
          taps: pairs.length > 0 ? pairs : under.map(() => -1),
        },
        taps: under.map(([i, j]) => bytes * (i * framing.framedWidth + j)),
        start:
          bytes * ((vertical.first + framing.top) * framing.framedWidth + horizontal.first + framing.left),
        stride: 1,
        rows: vertical.count,
        columns: horizontal.count,
      };
      return {
        moving,
        to: bytes * (a * width + b),
        table: cornerTable(vertical.count, horizontal.count, framing.framedWidth, 1),
      };
    }),
  );
  const table = Int32Array.from(parts.flatMap((part) => [...part.table]));
  const partBytes =
    stride === 1
      ? 0
      : bytes * channels * Math.max(...parts.map(({ moving }) => moving.rows * moving.columns));
  const panels = parts.reduce((sum, { moving }) => sum + movingBytes(moving), 0);
  const write = (frame: Frame, module: ModuleBuilder, kind: TileKind): Code => {
    const [gradient, kernels, bias, result, corners, scratch] = frame.parameters as Local6;
    const [image, woven] = [frame.local("i32"), frame.local("i32")];
    const framed = writeFraming(module, framing, gradient, woven.get);
    let [atTable, atScratch] = [0, 0];
    const written = parts.map(({ moving, to, table: own }) => {
      const [places, memory] = [frame.local("i32"), frame.local("i32")];
      const begin = sequence(
        places.set(i32.add(corners.get, i32.const(atTable))),
        memory.set(i32.add(scratch.get, i32.const(atScratch))),
      );
      atTable += own.byteLength;
      atScratch += movingBytes(moving);
      const each = writeMoving(frame, module, moving, kind, {
        kernels,
        bias,
        table: places,
        scratch: memory,
      });
      const weave = () =>
        defineNest(module, {
          shape: [channels, moving.rows, moving.columns],
          values: [
            { kind: "read", dtype: "float32", strides: [moving.rows * moving.columns, moving.columns, 1] },
          ],
          stores: [{ value: 0, dtype: "float32", strides: [height * width, stride * width, stride] }],
          reductions: [],
        });
      const perImage =
        stride === 1
          ? each.image(framed.framed, result.get)
          : sequence(
              each.image(framed.framed, image.get),
              call(weave(), image.get, i32.add(result.get, i32.const(to))),
            );
      return { begin: sequence(begin, each.before), perImage };
    });
    return sequence(
      image.set(i32.add(scratch.get, i32.const(panels))),
      woven.set(i32.add(image.get, i32.const(partBytes))),
      framed.clear,
      ...written.map(({ begin }) => begin),
      overImages(frame, batch, [
        framed.fill,
        ...written.map(({ perImage }) => perImage),
        gradient.set(i32.add(gradient.get, i32.const(bytes * out * shape.rows * shape.columns))),
        result.set(i32.add(result.get, i32.const(bytes * channels * height * width))),
      ]),
    );
  };
  return {
    scratch: panels + partBytes + framedBytes(framing),
    table,
    define: (module, kind) =>
      module.define(`input gradient ${JSON.stringify([shape, kind])}`, 6, (frame) =>
        write(frame, module, kind),
      ),
  };
}
