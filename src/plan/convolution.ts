/** What a convolution and its gradients go over. */

import type { Tensor } from "../graph/index.ts";

/** Sizes of a convolution: of the image, the kernels, and what comes out. */
export interface ConvolutionShape {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly out: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
  readonly padding: number;
}

/** @param image, weight, output: shapes, `[batch, channel, height, width]` and `[out, in, height, width]` */
export function shapeOf(
  image: readonly number[],
  weight: readonly number[],
  output: readonly number[],
  { attributes }: Tensor,
): ConvolutionShape {
  const [batch, channels, height, width] = image as [number, number, number, number];
  const [out, , kernelHeight, kernelWidth] = weight as [number, number, number, number];
  const [, , rows, columns] = output as [number, number, number, number];
  const { stride, padding } = attributes as { stride: number; padding: number };
  return { batch, channels, height, width, out, kernelHeight, kernelWidth, rows, columns, stride, padding };
}
