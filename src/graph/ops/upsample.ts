/** Nearest-neighbour upsampling, alone and before a convolution. */

import type { Tensor } from "../tensor.ts";
import { formatShape, type Shape, shapeError, staticSize } from "../types.ts";
import { convTranspose2d } from "./convolution.ts";
import { withGradient } from "./custom-gradient.ts";
import { reshape, transpose } from "./layout.ts";
import { matmul } from "./linear.ts";
import { sum } from "./reduce.ts";
import { concatenate } from "./slices.ts";
import { constant } from "./source.ts";

/**
 * Every pixel as a square of them: `[batch, channel, height, width]` → `[batch, channel, factor·height, factor·width]`.
 */
export function upsampleNearest(x: Tensor, factor: number): Tensor {
  const [batch, channels] = x.shape as Shape;
  const [height, width] = [2, 3].map((axis) => staticSize("upsampleNearest", x.shape, axis)) as [
    number,
    number,
  ];
  const repeat = (t: Tensor, axis: number) => concatenate(new Array<Tensor>(factor).fill(t), axis);
  const wide = repeat(reshape(x, [batch!, channels!, height * width, 1]), 3);
  const rows = repeat(reshape(wide, [batch!, channels!, height, width * factor]), 3);
  const value = reshape(rows, [batch!, channels!, height * factor, width * factor]);
  return withGradient(value, [x], (g) => [
    sum(reshape(g, [batch!, channels!, height, factor, width, factor]), [3, 5]),
  ]);
}

/**
 * `[9, 16]`: what each tap of a 3×3 kernel adds to a 4×4 one. Where a kernel meets an upsampled image, the taps that
 * fall on one pixel of the original are one tap: those of the upsampling's square, slid over the kernel, backwards.
 */
const SUMS = Float32Array.from({ length: 9 * 16 }, (_, i) => {
  const [from, to] = [Math.floor(i / 16), i % 16];
  const reaches = (tap: number, sum: number) => tap + sum === 2 || tap + sum === 3;
  const isRow = reaches(Math.floor(from / 3), Math.floor(to / 4));
  return isRow && reaches(from % 3, to % 4) ? 1 : 0;
});

/**
 * A 3×3 convolution with padding 1 of the image twice as large, each pixel as four: as the transposed convolution that
 * it equals, which neither makes that image nor multiplies each of its pixels four times over.
 *
 * @param x `[batch, in, height, width]`
 * @param weight `[out, in, 3, 3]`, of the convolution
 * @param bias `[out]`
 * @returns `[batch, out, 2·height, 2·width]`
 */
export function convolveUpsampled(x: Tensor, weight: Tensor, bias: Tensor): Tensor {
  const [out, into, height, width] = weight.shape as number[];
  if (height !== 3 || width !== 3) {
    throw shapeError("convolveUpsampled", `the kernel ${formatShape(weight.shape)} is not 3×3`);
  }
  const sums = matmul(reshape(weight, [out! * into!, 9]), constant(SUMS, [9, 16]));
  const kernel = transpose(reshape(sums, [out!, into!, 4, 4]), [1, 0, 2, 3]);
  return convTranspose2d(x, kernel, bias, { stride: 2, padding: 1 });
}
