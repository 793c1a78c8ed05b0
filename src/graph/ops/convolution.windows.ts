/**
 * How the interpreter walks over a convolution. At each position of the output the window lies on one patch of the
 * image, `[channel, row, column]` as a kernel is; what is done with the patch and the kernels is then a loop over
 * neighbouring numbers, which is quick whatever the sizes. (Writing out all patches first, im2col, would need
 * the memory of them all.)
 */

import type { Window } from "./convolution.window.ts";

/** The patch of the image under one window. Its values are the window's own: they hold what was put there last. */
interface Patch {
  readonly values: Float64Array;
  /** Reads the patch from the image; what lies beyond its edges is 0. */
  gather(image: Float32Array): void;
  /** Adds the patch to the image; what lies beyond its edges is dropped. */
  scatter(image: Float64Array): void;
}

/** The outputs of one window, a number for each output channel: flat indices `first`, `first + step`, … */
interface Outputs {
  readonly first: number;
  readonly end: number;
  readonly step: number;
}

/**
 * Calls `visit` at every position of every image of the batch.
 *
 * @param image `[batch, channel, height, width]`
 * @param kernel `[out, channel, height, width]`
 * @param output `[batch, out, rows, columns]`
 */
export function visitWindows(
  image: readonly number[],
  kernel: readonly number[],
  output: readonly number[],
  { stride, padding }: Window,
  visit: (patch: Patch, outputs: Outputs) => void,
): void {
  const [batch, channels, height, width] = image as [number, number, number, number];
  const [, , kernelHeight, kernelWidth] = kernel as [number, number, number, number];
  const [, out, rows, columns] = output as [number, number, number, number];
  const area = rows * columns;
  const values = new Float64Array(channels * kernelHeight * kernelWidth);
  /** Where the window's first number lies; it may lie outside. */
  const corner = { plane: 0, top: 0, left: 0 };

  /** Calls `move` for each number of the patch that lies within the image. */
  const inside = (move: (pixel: number, value: number) => void): void => {
    const { plane, top, left } = corner;
    const [firstColumn, lastColumn] = [Math.max(0, -left), Math.min(kernelWidth, width - left)];
    const [firstRow, lastRow] = [Math.max(0, -top), Math.min(kernelHeight, height - top)];
    for (let c = 0; c < channels; c++) {
      for (let i = firstRow; i < lastRow; i++) {
        const pixel = ((plane + c) * height + top + i) * width + left;
        const value = (c * kernelHeight + i) * kernelWidth;
        for (let j = firstColumn; j < lastColumn; j++) move(pixel + j, value + j);
      }
    }
  };
  const patch: Patch = {
    values,
    gather(from) {
      values.fill(0);
      inside((pixel, value) => {
        values[value] = from[pixel]!;
      });
    },
    scatter(to) {
      inside((pixel, value) => {
        to[pixel]! += values[value]!;
      });
    },
  };

  for (let n = 0; n < batch; n++) {
    for (let position = 0; position < area; position++) {
      corner.plane = n * channels;
      corner.top = Math.floor(position / columns) * stride - padding;
      corner.left = (position % columns) * stride - padding;
      visit(patch, { first: n * out * area + position, end: (n + 1) * out * area, step: area });
    }
  }
}
