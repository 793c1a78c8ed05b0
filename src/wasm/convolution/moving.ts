/** What convolutions and their gradients share: their shapes, and a product of kernels with the patches of a framed image. */

import type { ConvolutionShape } from "../../plan/index.ts";
import { type Code, i32, sequence } from "../assembler.ts";
import type { Framing } from "../framing.ts";
import type { Frame, Local, ModuleBuilder } from "../module.ts";
import { packPatches } from "../patches.ts";
import { overColumns } from "../product.ts";
import {
  COLUMNS,
  leftBytes,
  packLeft,
  rightBytes,
  TILE_BYTES,
  type TileKind,
  writeColumn,
} from "../tiles.ts";

/** A kernel: the memory that it needs, numbers that it looks up, and its function. */
export interface Convolution {
  readonly scratch: number;
  readonly table: Int32Array;
  define(module: ModuleBuilder, kind: TileKind): number;
}

/** A convolution as a product: what moves over which image, and where results go. */
export interface Moving {
  readonly batch: number;
  readonly framing: Framing;
  /** Rows of the left operand, and what is one step of its depth: a channel's taps. */
  readonly rowCount: number;
  readonly left: { readonly across: number; readonly along: number; readonly taps: readonly number[] };
  /** Under the window: places in the framed image, in bytes. */
  readonly taps: readonly number[];
  /** Byte from which the windows' corners are counted. */
  readonly start: number;
  readonly stride: number;
  readonly rows: number;
  readonly columns: number;
}

export const bytes = Float32Array.BYTES_PER_ELEMENT;

/** [0, 0], [0, 1], …: the positions of a kernel. */
export function grid(height: number, width: number): [number, number][] {
  return Array.from({ length: height * width }, (_, i) => [Math.floor(i / width), i % width]);
}

export function framingOf(shape: ConvolutionShape): Framing {
  const { channels, height, width, kernelHeight, kernelWidth, rows, columns, stride, padding } = shape;
  return {
    channels,
    height,
    width,
    top: padding,
    left: padding,
    framedHeight: Math.max(padding + height, (rows - 1) * stride + kernelHeight),
    framedWidth: Math.max(padding + width, (columns - 1) * stride + kernelWidth),
  };
}

export type Local6 = [Local, Local, Local, Local, Local, Local];

export const overImages = (frame: Frame, batch: number, body: readonly Code[]): Code =>
  frame.loop(frame.local("i32"), i32.const(0), i32.const(batch), 1, ...body);

const depthOf = ({ framing, taps }: Moving): number => framing.channels * taps.length;

export function movingBytes(moving: Moving): number {
  const depth = depthOf(moving);
  return leftBytes(moving.rowCount, depth) + rightBytes(depth) + TILE_BYTES;
}

/** The product of kernels, packed once before, and the patches of one image. `free` is scratch memory that it leaves. */
export function writeMoving(
  frame: Frame,
  module: ModuleBuilder,
  moving: Moving,
  kind: TileKind,
  { kernels, bias, table, scratch }: Readonly<Record<"kernels" | "bias" | "table" | "scratch", Local>>,
): { before: Code; free: Code; image: (image: Code, result: Code) => Code } {
  const { rowCount, framing, left, taps, start, stride, rows, columns } = moving;
  const depth = depthOf(moving);
  const panel = i32.add(scratch.get, i32.const(leftBytes(rowCount, depth)));
  const tile = i32.add(panel, i32.const(rightBytes(depth)));
  return {
    before: packLeft(frame, kernels.get, scratch.get, {
      rows: rowCount,
      depth,
      steps: left,
      taps: left.taps,
    }),
    free: i32.add(scratch.get, i32.const(movingBytes(moving))),
    image(image, result) {
      const [corners, out] = [frame.local("i32"), frame.local("i32")];
      const column = (count: number): Code =>
        sequence(
          packPatches(frame, {
            image: i32.add(image, i32.const(start)),
            channels: framing.channels,
            plane: bytes * framing.framedHeight * framing.framedWidth,
            taps,
            corners: corners.get,
            stride,
            row: columns,
            panel,
          }),
          writeColumn(frame, module, {
            kind,
            rows: rowCount,
            depth,
            left: scratch.get,
            right: panel,
            out: out.get,
            stride: bytes * rows * columns,
            columns: count,
            bias: bias.get,
            tile,
          }),
        );
      return sequence(
        corners.set(table.get),
        out.set(result),
        overColumns(frame, rows * columns, column, [
          [corners, 4 * COLUMNS],
          [out, bytes * COLUMNS],
        ]),
      );
    },
  };
}
