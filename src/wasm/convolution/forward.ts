/** A convolution as a product: kernels × patches, an image after another. */

import type { ConvolutionShape } from "../../plan/index.ts";
import { type Code, i32, sequence } from "../assembler.ts";
import { framedBytes, writeFraming } from "../framing.ts";
import type { Frame, ModuleBuilder } from "../module.ts";
import { cornerTable } from "../patches.ts";
import type { TileKind } from "../tiles.ts";
import {
  bytes,
  type Convolution,
  framingOf,
  grid,
  type Local6,
  type Moving,
  movingBytes,
  overImages,
  writeMoving,
} from "./moving.ts";

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
