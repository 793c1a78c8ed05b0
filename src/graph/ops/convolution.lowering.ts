/**
 * How the two gradients of a convolution are written in ONNX, which has no operators for them: the input's
 * as a `ConvTranspose`, the kernel's as a `Conv` with batch and channel swapped.
 */

import type { Emitter } from "../onnx/emitter.ts";
import type { Tensor } from "../tensor.ts";
import type { SizedWindow } from "./convolution.window.ts";

/** The gradient for the input is a transposed convolution; end padding makes up for what the stride skipped. */
export function lowerInputGradient(
  emitter: Emitter,
  inputs: readonly string[],
  { stride, padding, height, width }: SizedWindow,
  tensor: Tensor,
): string {
  const [y, weight] = tensor.inputs as [Tensor, Tensor];
  const skipped = [height, width].map((size, i) => {
    const [rows, kernel] = [y.shape[i + 2] as number, weight.shape[i + 2] as number];
    return size - ((rows - 1) * stride - 2 * padding + kernel);
  });
  return emitter.node("ConvTranspose", inputs, {
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
    output_padding: skipped,
  });
}

/**
 * dW[o,c] = Σₙ x[n,c] ⋆ y[n,o]: a convolution over the batch, in which y's stride becomes the kernel's
 * dilation. The end padding is chosen so that exactly the kernel's size comes out; where the stride left
 * pixels unused there is more, which is cut off.
 */
export function lowerWeightGradient(
  emitter: Emitter,
  inputs: readonly string[],
  { stride, padding, height, width }: SizedWindow,
  tensor: Tensor,
): string {
  const [x, y] = tensor.inputs as [Tensor, Tensor];
  const swap = (name: string) => emitter.node("Transpose", [name], { perm: [1, 0, 2, 3] });
  const sizes = [height, width].map((kernel, i) => {
    const [size, rows] = [x.shape[i + 2] as number, y.shape[i + 2] as number];
    const reach = stride * (rows - 1) + 1;
    const endPadding = kernel - 1 + reach - size - padding;
    return { kernel, endPadding: Math.max(0, endPadding), surplus: Math.max(0, -endPadding) };
  });
  let result = emitter.node("Conv", [swap(inputs[0]!), swap(inputs[1]!)], {
    dilations: [stride, stride],
    pads: [padding, padding, ...sizes.map(({ endPadding }) => endPadding)],
  });
  if (sizes.some(({ surplus }) => surplus > 0)) {
    result = emitter.slice(
      result,
      sizes.map(({ kernel }, i) => ({ axis: 2 + i, start: 0, end: kernel })),
    );
  }
  return swap(result);
}
