/** An image with zeros around it, one at a time: so that a window never looks beyond an edge. */

import { type Code, call, i32, sequence, zero } from "./assembler.ts";
import type { Local, ModuleBuilder } from "./module.ts";
import { defineNest } from "./nest.ts";

/** A stack of channels and the border that it gets; all in pixels. */
export interface Framing {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly top: number;
  readonly left: number;
  /** Of the framed image. */
  readonly framedHeight: number;
  readonly framedWidth: number;
}

function isFramed({ height, width, framedHeight, framedWidth }: Framing): boolean {
  return height !== framedHeight || width !== framedWidth;
}

/** Bytes of memory that framing needs; none where there is no border. */
export function framedBytes(framing: Framing): number {
  const { channels, framedHeight, framedWidth } = framing;
  return isFramed(framing) ? 4 * channels * framedHeight * framedWidth : 0;
}

/** Code that clears the border once, code that frames an image, and the address of what it made. */
export function writeFraming(
  module: ModuleBuilder,
  framing: Framing,
  image: Local,
  memory: Code,
): { readonly clear: Code; readonly fill: Code; readonly framed: Code } {
  const { channels, height, width, top, left, framedHeight, framedWidth } = framing;
  if (!isFramed(framing)) return { clear: [], fill: [], framed: image.get };
  const copy = defineNest(module, {
    shape: [channels, height, width],
    values: [{ kind: "read", dtype: "float32", strides: [height * width, width, 1] }],
    stores: [{ value: 0, dtype: "float32", strides: [framedHeight * framedWidth, framedWidth, 1] }],
    reductions: [],
  });
  const inside = i32.add(memory, i32.const(4 * (top * framedWidth + left)));
  return {
    clear: zero(memory, i32.const(framedBytes(framing))),
    fill: sequence(call(copy, image.get, inside)),
    framed: memory,
  };
}
