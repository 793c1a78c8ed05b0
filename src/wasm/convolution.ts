/**
 * Convolutions and their gradients as products, an image after another. Forward: kernels × patches. For the input: for
 * each residue of pixels modulo the stride, an ordinary convolution with the taps that reach them. For the kernel:
 * output gradients × patches, summed over images.
 */

import { type Code, call, i32, sequence, v128, zero } from "./assembler.ts";
import { type Framing, framedBytes, writeFraming } from "./framing.ts";
import type { Frame, Local, ModuleBuilder } from "./module.ts";
import { defineNest } from "./nest.ts";
import { cornerTable, packPatches } from "./patches.ts";
import { overColumns } from "./product.ts";
import { COLUMNS, leftBytes, packLeft, rightBytes, TILE_BYTES, type TileKind, writeColumn } from "./tiles.ts";

export interface ConvolutionShape {
  readonly batch: number;
  /** Of the image. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Of the kernels and of what comes out. */
  readonly out: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
  readonly padding: number;
}

/** A kernel: the memory that it needs, numbers that it looks up, and its function. */
export interface Convolution {
  readonly scratch: number;
  readonly table: Int32Array;
  define(module: ModuleBuilder, kind: TileKind): number;
}

/** A convolution as a product: what moves over which image, and where results go. */
interface Moving {
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

const bytes = Float32Array.BYTES_PER_ELEMENT;

/** [0, 0], [0, 1], …: the positions of a kernel. */
function grid(height: number, width: number): [number, number][] {
  return Array.from({ length: height * width }, (_, i) => [Math.floor(i / width), i % width]);
}

function framingOf(shape: ConvolutionShape): Framing {
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

/** Parameters: image, kernels, bias (or anything), result, table, scratch. */
export function forward(shape: ConvolutionShape): Convolution {
  const { batch, channels, out, kernelHeight, kernelWidth, rows, columns, stride } = shape;
  const framing = framingOf(shape);
  const positions = grid(kernelHeight, kernelWidth);
  const moving: Moving = {
    batch,
    framing,
    rowCount: out,
    left: {
      across: bytes * channels * positions.length,
      along: bytes * positions.length,
      taps: positions.map((_, i) => bytes * i),
    },
    taps: positions.map(([i, j]) => bytes * (i * framing.framedWidth + j)),
    start: 0,
    stride,
    rows,
    columns,
  };
  const write = (frame: Frame, module: ModuleBuilder, kind: TileKind): Code => {
    const [image, kernels, bias, result, table, scratch] = frame.parameters as Local6;
    const each = writeMoving(frame, module, moving, kind, { kernels, bias, table, scratch });
    const framed = writeFraming(module, framing, image, each.free);
    return sequence(
      framed.clear,
      each.before,
      overImages(frame, batch, [
        framed.fill,
        each.image(framed.framed, result.get),
        image.set(i32.add(image.get, i32.const(bytes * framing.channels * framing.height * framing.width))),
        result.set(i32.add(result.get, i32.const(bytes * out * rows * columns))),
      ]),
    );
  };
  return {
    scratch: movingBytes(moving) + framedBytes(framing),
    table: cornerTable(rows, columns, framing.framedWidth, stride),
    define: (module, kind) =>
      module.define(`forward ${JSON.stringify([shape, kind])}`, 6, (frame) => write(frame, module, kind)),
  };
}

type Local6 = [Local, Local, Local, Local, Local, Local];

const overImages = (frame: Frame, batch: number, body: readonly Code[]): Code =>
  frame.loop(frame.local("i32"), i32.const(0), i32.const(batch), 1, ...body);

const depthOf = ({ framing, taps }: Moving): number => framing.channels * taps.length;

function movingBytes(moving: Moving): number {
  const depth = depthOf(moving);
  return leftBytes(moving.rowCount, depth) + rightBytes(depth) + TILE_BYTES;
}

/** The product of kernels, packed once before, and the patches of one image. `free` is scratch memory that it leaves. */
function writeMoving(
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

// --- gradient for the input ---------------------------------------------------------------------------

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

// --- gradient for the kernel --------------------------------------------------------------------------

/** Parameters: image, output gradient, result, table, scratch. */
export function weightGradient(shape: ConvolutionShape): Convolution {
  const { batch, channels, out, kernelHeight, kernelWidth, rows, columns, stride } = shape;
  const framing = framingOf(shape);
  const positions = grid(kernelHeight, kernelWidth);
  const [count, depth] = [channels * positions.length, rows * columns];
  const plane = framing.framedHeight * framing.framedWidth;
  const places = Array.from({ length: channels }, (_, c) =>
    positions.map(([i, j]) => bytes * (c * plane + i * framing.framedWidth + j)),
  ).flat();
  while (places.length % COLUMNS !== 0) places.push(0);
  const panels = leftBytes(out, depth) + rightBytes(depth) + TILE_BYTES;
  const write = (frame: Frame, module: ModuleBuilder): Code => {
    const [image, gradient, result, table, scratch] = frame.parameters as [Local, Local, Local, Local, Local];
    const framed = writeFraming(module, framing, image, i32.add(scratch.get, i32.const(panels)));
    const panel = i32.add(scratch.get, i32.const(leftBytes(out, depth)));
    const [taps, to] = [frame.local("i32"), frame.local("i32")];
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
          stride: bytes * count,
          columns: some,
          bias: i32.const(0),
          tile: i32.add(panel, i32.const(rightBytes(depth))),
        }),
      );
    return sequence(
      framed.clear,
      zero(result.get, i32.const(bytes * out * count)),
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
      module.define(`weight gradient ${JSON.stringify(shape)}`, 5, (frame) => write(frame, module)),
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
