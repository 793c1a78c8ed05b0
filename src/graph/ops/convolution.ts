/**
 * Two-dimensional convolution and its two gradients, as three operators that are closed under
 * differentiation: each one's gradients are the other two. A transposed convolution *is* the gradient of a
 * convolution for its input, so it needs no operator of its own.
 *
 * Layouts are PyTorch's: images `[batch, channel, height, width]`, kernels `[out, in, height, width]`.
 */

import { apply, type Operator, type Tensor } from "../tensor.ts";
import { type Dimension, elementCount, formatShape, shapeError, staticSize, type Value } from "../types.ts";
import { lowerInputGradient, lowerWeightGradient } from "./convolution.lowering.ts";
import type { SizedWindow, TransposedWindow, Window } from "./convolution.window.ts";
import { visitWindows } from "./convolution.windows.ts";
import { sum } from "./reduce.ts";

export type { SizedWindow, TransposedWindow, Window };

function outputSize(size: number, kernel: number, { stride, padding }: Window): number {
  if (!(stride >= 1 && padding >= 0 && stride % 1 === 0 && padding % 1 === 0))
    throw shapeError("conv2d", `stride ${stride} and padding ${padding} must be integers, from 1 and 0 on`);
  return Math.floor((size + 2 * padding - kernel) / stride) + 1;
}

function expectImage(name: string, what: string, x: Tensor): void {
  if (x.shape.length !== 4 || x.dtype !== "float32") {
    throw shapeError(
      name,
      `${what} must be a float32 [batch, channel, height, width], got ${x.dtype}${formatShape(x.shape)}`,
    );
  }
}

function expectBias(name: string, bias: Tensor | undefined, channels: Dimension): void {
  if (bias !== undefined && (bias.dtype !== "float32" || formatShape(bias.shape) !== `[${channels}]`))
    throw shapeError(
      name,
      `a bias ${bias.dtype}${formatShape(bias.shape)} does not fit ${channels} channels`,
    );
}

// --- convolution --------------------------------------------------------------------------------------

export const convolutionOperator: Operator<Window> = {
  name: "conv2d",
  infer([x, weight, bias], window) {
    expectImage("conv2d", "the input", x!);
    expectImage("conv2d", "the kernel", weight!);
    const [batch, channels] = x!.shape;
    const [out, into] = weight!.shape;
    if (channels !== into) {
      throw shapeError(
        "conv2d",
        `input ${formatShape(x!.shape)} has ${channels} channels, kernel ${formatShape(weight!.shape)} takes ${into}`,
      );
    }
    expectBias("conv2d", bias, out!);
    const spatial = [2, 3].map((axis) => {
      const size = staticSize("conv2d", x!.shape, axis);
      const result = outputSize(size, staticSize("conv2d", weight!.shape, axis), window);
      if (result >= 1) return result;
      throw shapeError(
        "conv2d",
        `kernel ${formatShape(weight!.shape)} is larger than the padded input ${formatShape(x!.shape)}`,
      );
    });
    return { dtype: "float32", shape: [batch!, out!, ...spatial] };
  },
  gradient({ inputs: [x, weight, bias], outputGradient, attributes: window, needs }) {
    const [height, width] = [2, 3].map((axis) => staticSize("conv2d", x!.shape, axis)) as [number, number];
    return [
      needs(0) ? convInputGradient(outputGradient, weight!, { ...window, height, width }) : undefined,
      needs(1) ? convWeightGradient(x!, outputGradient, kernelWindow(weight!, window)) : undefined,
      bias !== undefined && needs(2) ? sum(outputGradient, [0, 2, 3]) : undefined,
    ];
  },
  evaluate([x, weight, bias], window, shape) {
    const data = filledWithBias(bias, shape);
    const [image, kernels] = [x!.data as Float32Array, weight!.data as Float32Array];
    visitWindows(x!.shape, weight!.shape, shape, window, (patch, outputs) => {
      patch.gather(image);
      const { values } = patch;
      for (let at = outputs.first, k = 0; at < outputs.end; at += outputs.step) {
        let sum = 0;
        for (let i = 0; i < values.length; i++) sum += values[i]! * kernels[k++]!;
        data[at]! += sum;
      }
    });
    return { dtype: "float32", shape, data: new Float32Array(data) };
  },
  lower(emitter, inputs, { stride, padding }) {
    return emitter.node("Conv", inputs, {
      strides: [stride, stride],
      pads: [padding, padding, padding, padding],
    });
  },
};

function kernelWindow(weight: Tensor, window: Window): SizedWindow {
  const [height, width] = [2, 3].map((axis) => staticSize("conv2d", weight.shape, axis)) as [number, number];
  return { ...window, height, width };
}

/**
 * Cross-correlation, as everyone's convolution layers compute it (PyTorch `conv2d`).
 *
 * @param x `[batch, in, height, width]`
 * @param weight `[out, in, kernelHeight, kernelWidth]`
 * @param bias `[out]`
 * @returns `[batch, out, ⌊(height + 2·padding − kernelHeight)/stride⌋ + 1, …]`
 */
export function conv2d(x: Tensor, weight: Tensor, bias: Tensor | undefined, window: Window): Tensor {
  return apply(convolutionOperator, bias === undefined ? [x, weight] : [x, weight, bias], window);
}

// --- gradient for the input ---------------------------------------------------------------------------

export const inputGradientOperator: Operator<SizedWindow> = {
  name: "convInputGradient",
  infer([y, weight, bias], window) {
    expectImage("convInputGradient", "the output gradient", y!);
    expectImage("convInputGradient", "the kernel", weight!);
    if (y!.shape[1] !== weight!.shape[0]) {
      throw shapeError(
        "convInputGradient",
        `${formatShape(y!.shape)} has ${y!.shape[1]} channels, kernel ${formatShape(weight!.shape)} makes ${weight!.shape[0]}`,
      );
    }
    const shape: Dimension[] = [y!.shape[0]!, weight!.shape[1]!, window.height, window.width];
    checkSizes("convInputGradient", shape, weight!, y!, window);
    expectBias("convInputGradient", bias, shape[1]!);
    return { dtype: "float32", shape };
  },
  gradient({ inputs: [y, weight, bias], outputGradient, attributes: { stride, padding }, needs }) {
    const window = { stride, padding };
    return [
      needs(0) ? conv2d(outputGradient, weight!, undefined, window) : undefined,
      needs(1) ? convWeightGradient(outputGradient, y!, kernelWindow(weight!, window)) : undefined,
      bias !== undefined && needs(2) ? sum(outputGradient, [0, 2, 3]) : undefined,
    ];
  },
  evaluate([y, weight, bias], window, shape) {
    const data = filledWithBias(bias, shape);
    const [gradient, kernels] = [y!.data as Float32Array, weight!.data as Float32Array];
    visitWindows(shape, weight!.shape, y!.shape, window, (patch, outputs) => {
      const values = patch.values.fill(0);
      for (let at = outputs.first, k = 0; at < outputs.end; at += outputs.step, k += values.length) {
        const factor = gradient[at]!;
        if (factor === 0) continue; // after a ReLU half of them are
        for (let i = 0; i < values.length; i++) values[i]! += factor * kernels[k + i]!;
      }
      patch.scatter(data);
    });
    return { dtype: "float32", shape, data: new Float32Array(data) };
  },
  lower: (emitter, inputs, window, tensor) => lowerInputGradient(emitter, inputs, window, tensor),
};

/**
 * The gradient of a convolution for its input, whose spatial size is given by the window. A bias, one number a
 * channel of the result, makes it a transposed convolution.
 */
export function convInputGradient(
  outputGradient: Tensor,
  weight: Tensor,
  window: SizedWindow,
  bias?: Tensor,
): Tensor {
  const { stride, padding, height, width } = window;
  const inputs = bias === undefined ? [outputGradient, weight] : [outputGradient, weight, bias];
  return apply(inputGradientOperator, inputs, { stride, padding, height, width });
}

// --- gradient for the kernel --------------------------------------------------------------------------

export const weightGradientOperator: Operator<SizedWindow> = {
  name: "convWeightGradient",
  infer([x, y], window) {
    expectImage("convWeightGradient", "the input", x!);
    expectImage("convWeightGradient", "the output gradient", y!);
    if (x!.shape[0] !== y!.shape[0]) {
      throw shapeError(
        "convWeightGradient",
        `batches differ: ${formatShape(x!.shape)} and ${formatShape(y!.shape)}`,
      );
    }
    return { dtype: "float32", shape: [y!.shape[1]!, x!.shape[1]!, window.height, window.width] };
  },
  gradient({ inputs: [x, y], outputGradient, attributes: { stride, padding }, needs }) {
    const [height, width] = [2, 3].map((axis) => staticSize("conv2d", x!.shape, axis)) as [number, number];
    const window = { stride, padding };
    return [
      needs(0) ? convInputGradient(y!, outputGradient, { ...window, height, width }) : undefined,
      needs(1) ? conv2d(x!, outputGradient, undefined, window) : undefined,
    ];
  },
  evaluate([x, y], window, shape) {
    const data = new Float64Array(elementCount(shape));
    const [image, gradient] = [x!.data as Float32Array, y!.data as Float32Array];
    visitWindows(x!.shape, shape, y!.shape, window, (patch, outputs) => {
      patch.gather(image);
      const { values } = patch;
      for (let at = outputs.first, k = 0; at < outputs.end; at += outputs.step) {
        const factor = gradient[at]!;
        for (let i = 0; i < values.length; i++) data[k++]! += factor * values[i]!;
      }
    });
    return { dtype: "float32", shape, data: new Float32Array(data) };
  },
  lower: (emitter, inputs, window, tensor) => lowerWeightGradient(emitter, inputs, window, tensor),
};

/** The gradient of a convolution for its kernel, whose spatial size is given by the window. */
export function convWeightGradient(x: Tensor, outputGradient: Tensor, window: SizedWindow): Tensor {
  const { stride, padding, height, width } = window;
  return apply(weightGradientOperator, [x, outputGradient], { stride, padding, height, width });
}

// --- transposed convolution ---------------------------------------------------------------------------

/**
 * PyTorch's `conv_transpose2d`.
 *
 * @param x `[batch, in, height, width]`
 * @param weight `[in, out, kernelHeight, kernelWidth]`
 * @param bias `[out]`
 * @returns `[batch, out, (height − 1)·stride − 2·padding + kernelHeight + outputPadding, …]`
 */
export function convTranspose2d(x: Tensor, weight: Tensor, bias: Tensor, window: TransposedWindow): Tensor {
  const { stride, padding, outputPadding = 0 } = window;
  const added = typeof outputPadding === "number" ? [outputPadding, outputPadding] : outputPadding;
  if (added.some((count) => count < 0 || count >= stride)) {
    throw shapeError(
      "convTranspose2d",
      `outputPadding ${outputPadding} must be at least 0 and below the stride ${stride}`,
    );
  }
  expectImage("convTranspose2d", "the input", x);
  expectImage("convTranspose2d", "the kernel", weight);
  const [height, width] = [2, 3].map((axis) => {
    const [size, kernel] = [x, weight].map((of) => staticSize("convTranspose2d", of.shape, axis));
    return (size! - 1) * stride - 2 * padding + kernel! + added[axis - 2]!;
  }) as [number, number];
  return convInputGradient(x, weight, { stride, padding, height, width }, bias);
}

// --- what they share ----------------------------------------------------------------------------------

/** A gradient's sizes must be those of a convolution that could have been computed. */
function checkSizes(
  name: string,
  image: readonly Dimension[],
  weight: Tensor,
  output: Tensor,
  window: Window,
): void {
  for (const axis of [2, 3]) {
    const expected = outputSize(image[axis] as number, staticSize(name, weight.shape, axis), window);
    if (expected !== output.shape[axis]) {
      throw shapeError(
        name,
        `an image of ${formatShape(image)} under kernel ${formatShape(weight.shape)} has size ${expected} ` +
          `on axis ${axis}, not that of ${formatShape(output.shape)}`,
      );
    }
  }
}

/** `[batch, channel, height, width]` of each channel's bias, or of zeros. */
function filledWithBias(bias: Value | undefined, shape: readonly number[]): Float64Array {
  const data = new Float64Array(elementCount(shape));
  if (bias === undefined) return data;
  const area = shape[2]! * shape[3]!;
  for (let i = 0; i < data.length; i++) data[i] = Number(bias.data[Math.floor(i / area) % shape[1]!]);
  return data;
}
