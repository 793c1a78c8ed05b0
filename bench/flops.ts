/**
 * Model FLOPs of a training step, counted from its forward graph: every matrix product and convolution costs
 * two FLOPs a multiply-add, once forward and once more for the gradient of each operand that a parameter
 * reaches. (So the first layer costs twice its forward pass, every other three times.) Elementwise work is
 * not counted, and neither is what a lowering may add: it is the model's work, not the program's.
 */

import { elementCount, input, staticShape, sum, type Tensor, topologicalOrder } from "../src/graph/index.ts";
import type { Vae } from "../src/models/index.ts";
import { StateContext } from "../src/nn/index.ts";

/** FLOPs of one training step, forward and backward. */
export function stepFlops(vae: Vae, batchSize: number): number {
  const { height, width, channels } = vae.image;
  const context = new StateContext("train");
  const pixels = input("pixels", [batchSize, height, width, channels], "uint8");
  const noise = input("noise", [batchSize, vae.latentDim]);
  const { reconstruction, klPerDimension } = vae.infer(context, vae.scale(pixels), noise);

  const trained = new Set<Tensor>();
  for (const { name, kind } of context.specs.values()) {
    if (kind === "parameter") trained.add(context.tensors().get(name)!);
  }
  let total = 0;
  for (const tensor of topologicalOrder([sum(reconstruction), sum(klPerDimension)])) {
    if (tensor.inputs.some((operand) => trained.has(operand))) trained.add(tensor);
    const flops = forwardFlops(tensor);
    if (flops === 0) continue;
    const operands = tensor.inputs.slice(0, 2);
    total += flops * (1 + operands.filter((operand) => trained.has(operand)).length);
  }
  return total;
}

/** FLOPs of one product, 0 for every other operator. */
function forwardFlops(tensor: Tensor): number {
  const { name } = tensor.operator;
  const sizes = (of: Tensor | undefined) => staticShape("flops", of!.shape);
  if (name === "matmul") {
    const { transposeA } = tensor.attributes as { transposeA: boolean };
    const [rows, columns] = sizes(tensor.inputs[0]) as [number, number];
    return 2 * elementCount(sizes(tensor)) * (transposeA ? rows : columns);
  }
  // Each place of the small side meets the whole kernel: the output of a convolution, the input of a transposed one.
  if (name === "conv2d" || name === "convInputGradient") {
    const small = sizes(name === "conv2d" ? tensor : tensor.inputs[0]);
    const [batch, , height, width] = small as [number, number, number, number];
    return 2 * batch * height * width * elementCount(sizes(tensor.inputs[1]));
  }
  return 0;
}
