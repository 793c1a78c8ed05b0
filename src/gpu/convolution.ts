/**
 * Convolutions and their gradients as products: the patches under a kernel are a matrix that is read from the image as it is
 * needed, and never written. Where a number lies outside of an image, its unsigned coordinate is larger than the size.
 */

import type { ConvolutionShape } from "../plan/index.ts";
import type { Product } from "./product.ts";

type Sized = Omit<Product, "operands" | "result" | "ending">;

/** `operands`: image, kernels, bias or not. A column of the product is a place in an image of the batch. */
export function forward(shape: ConvolutionShape, hasBias: boolean): Sized {
  const { batch, channels, height, width, out, kernelHeight, kernelWidth, rows, columns, stride, padding } =
    shape;
  const [taps, area] = [kernelHeight * kernelWidth, rows * columns];
  const depth = channels * taps;
  return {
    ...{ rows: out, columns: batch * area, depth, batches: 1 },
    left: {
      isAlong: true,
      begin: (addresses) => `${addresses(1)} + row * ${depth}u`,
      element: () => `return number(begin + step);`,
    },
    right: {
      isAlong: false,
      element: (addresses) => `let place = column % ${area}u;
let tap = step % ${taps}u;
let h = place / ${columns}u * ${stride}u + tap / ${kernelWidth}u - ${padding}u;
let w = place % ${columns}u * ${stride}u + tap % ${kernelWidth}u - ${padding}u;
if (h >= ${height}u || w >= ${width}u) { return 0f; }
return number(${addresses(0)} + ((column / ${area}u * ${channels}u + step / ${taps}u) * ${height}u + h) * ${width}u + w);`,
    },
    place: `let at = (column / ${area}u * ${out}u + row) * ${area}u + column % ${area}u;`,
    bias: hasBias ? (addresses) => `${addresses(2)} + row` : undefined,
  };
}

/**
 * `operands`: the output's gradient, kernels, bias or not. With stride s the places h, w of the image that have the same remainders
 * by s meet the same taps of the kernels: each of the s² products is over one such set.
 */
export function inputGradient(shape: ConvolutionShape, hasBias: boolean): Sized {
  const { batch, channels, height, width, out, kernelHeight, kernelWidth, rows, columns, stride, padding } =
    shape;
  const [down, across] = [Math.ceil(height / stride), Math.ceil(width / stride)];
  const [tapsDown, tapsAcross] = [Math.ceil(kernelHeight / stride), Math.ceil(kernelWidth / stride)];
  const [area, taps] = [down * across, tapsDown * tapsAcross];
  const phases = `let py = batch / ${stride}u + ${padding}u;
let px = batch % ${stride}u + ${padding}u;
let ty = step % ${taps}u / ${tapsAcross}u;
let tx = step % ${tapsAcross}u;`;
  return {
    ...{ rows: channels, columns: batch * area, depth: out * taps, batches: stride * stride },
    left: {
      isAlong: true,
      element: (addresses) => `${phases}
let i = py % ${stride}u + ${stride}u * ty;
let j = px % ${stride}u + ${stride}u * tx;
if (i >= ${kernelHeight}u || j >= ${kernelWidth}u) { return 0f; }
return number(${addresses(1)} + ((step / ${taps}u * ${channels}u + row) * ${kernelHeight}u + i) * ${kernelWidth}u + j);`,
    },
    right: {
      isAlong: false,
      element: (addresses) => `${phases}
let place = column % ${area}u;
let y = place / ${across}u + py / ${stride}u - ty;
let x = place % ${across}u + px / ${stride}u - tx;
if (y >= ${rows}u || x >= ${columns}u) { return 0f; }
return number(${addresses(0)} + ((column / ${area}u * ${out}u + step / ${taps}u) * ${rows}u + y) * ${columns}u + x);`,
    },
    place: `let place = column % ${area}u;
let h = place / ${across}u * ${stride}u + batch / ${stride}u;
let w = place % ${across}u * ${stride}u + batch % ${stride}u;
if (h >= ${height}u || w >= ${width}u) { return; }
let at = ((column / ${area}u * ${channels}u + row) * ${height}u + h) * ${width}u + w;`,
    bias: hasBias ? (addresses) => `${addresses(2)} + row` : undefined,
  };
}

/** `operands`: image, the output's gradient. A step of the depth is a place of the output in an image of the batch. */
export function weightGradient(shape: ConvolutionShape): Sized {
  const { batch, channels, height, width, out, kernelHeight, kernelWidth, rows, columns, stride, padding } =
    shape;
  const [taps, area] = [kernelHeight * kernelWidth, rows * columns];
  return {
    ...{ rows: out, columns: channels * taps, depth: batch * area, batches: 1 },
    left: {
      isAlong: true,
      element: (addresses) =>
        `return number(${addresses(1)} + (step / ${area}u * ${out}u + row) * ${area}u + step % ${area}u);`,
    },
    right: {
      isAlong: true,
      element: (addresses) => `let place = step % ${area}u;
let tap = column % ${taps}u;
let h = place / ${columns}u * ${stride}u + tap / ${kernelWidth}u - ${padding}u;
let w = place % ${columns}u * ${stride}u + tap % ${kernelWidth}u - ${padding}u;
if (h >= ${height}u || w >= ${width}u) { return 0f; }
return number(${addresses(0)} + ((step / ${area}u * ${channels}u + column / ${taps}u) * ${height}u + h) * ${width}u + w);`,
    },
    place: `let at = row * ${channels * taps}u + column;`,
  };
}
