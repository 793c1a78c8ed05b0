/**
 * The gradient of a convolution for its kernel, for thousands of threads. As a `Conv` whose kernel is a whole feature
 * map (see `ops/convolution.lowering.ts`) ONNX Runtime's WebGPU gives each of its few thousand results to one thread,
 * which sums over all images and pixels. Here it is a product for each image, after a `Gather` that brings every pixel
 * under every tap of the kernel (measured on an H200: steps take 0.3 to 0.7 of the time). The gradient for the input as
 * a product and a `Gather` back was tried there and was slower than `ConvTranspose`.
 */

import type { SizedWindow } from "../ops/convolution.window.ts";
import type { Tensor } from "../tensor.ts";
import type { Lowering, Target } from "./placement.ts";

/** ONNX Runtime's WebGPU provider. */
export function gpuTarget(): Target {
  return { lowerings };
}

/**
 * Bytes of what lies under all taps, up to which the products are used: a kernel of k × k multiplies an image's
 * memory by (k/stride)², and WebGPU promises bindings of no more than that.
 */
const LARGEST_BINDING = 128 * 1024 ** 2;
const FLOAT_BYTES = 4;

const weightGradient: Lowering = (tensor, placement) => {
  const [x, y] = tensor.inputs as [Tensor, Tensor];
  const { stride, padding, height, width } = tensor.attributes as SizedWindow;
  const [batch, into, ...size] = x.shape as [number, number, number, number];
  const [, out, rows, columns] = y.shape as [number, number, number, number];
  const [taps, pixels] = [height * width, rows * columns];
  if (!fits(batch, into * taps * pixels)) return undefined;
  const { emitter } = placement;
  // Zeros around the image, as far as the kernel's last position reaches.
  const [below, right] = size.map((extent, axis) => {
    const reach = [height, width][axis]! + stride * ([rows, columns][axis]! - 1);
    return Math.max(0, reach - padding - extent);
  }) as [number, number];
  const [high, wide] = [padding + size[0] + below, padding + size[1] + right];
  const pads = emitter.integers([0, 0, padding, padding, 0, 0, below, right]);
  const framed = emitter.node("Pad", [placement.plain(x), pads]);
  const positions: number[] = [];
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          positions.push((stride * row + i) * wide + stride * column + j);
        }
      }
    }
  }
  const image = placement.reshape(framed, [-1, into, high * wide]);
  const gathered = emitter.node("Gather", [image, emitter.integers(positions)], { axis: 2 });
  const underTaps = placement.reshape(gathered, [-1, into * taps, pixels]);
  const errors = placement.transpose(placement.reshape(placement.plain(y), [-1, out, pixels]), [0, 2, 1]);
  const sum = emitter.reduce("ReduceSum", emitter.node("MatMul", [underTaps, errors]), [0], false);
  return { plain: placement.reshape(placement.transpose(sum, [1, 0]), [out, into, height, width]) };
};

/** Whether a batch of so many numbers an image is small enough; of a batch of any size it can't be told. */
function fits(batch: number | string, numbers: number): boolean {
  return typeof batch === "number" && batch * numbers * FLOAT_BYTES <= LARGEST_BINDING;
}

const lowerings: ReadonlyMap<string, Lowering> = new Map([["convWeightGradient", weightGradient]]);
