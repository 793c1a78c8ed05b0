/** What a training will take, told from the graph of a step: arithmetic, traffic, memory, and from these its time. */

import type { Dataset } from "../data/index.ts";
import { elementCount, type Program, type Shape, type Tensor, topologicalOrder } from "../graph/index.ts";

export interface Forecast {
  /** Floating-point operations of matrix products and convolutions in one step. */
  readonly flops: number;
  /** Bytes that the operators of one step read and write. */
  readonly traffic: number;
  /** Bytes of activations, gradients and what else is there at once, beside the state. */
  readonly activations: number;
  /** Bytes of the state: weights, moments, averages. */
  readonly state: number;
}

/**
 * Bytes that a training holds at once, about: 0.7 to 1.2 times the largest resident size of whole commands (mlp, conv28,
 * celeba and residual nets, of 0.3 to 1.4 GB) and of conv at 256×256×3 with 16 and 48 images. Kernels' own orders of their
 * operands and the allocator take more than the activations; the state is fed, made and kept.
 */
export function memoryOf({ activations, state }: Forecast): number {
  return 1.75 * activations + 3 * state + PROCESS;
}

/** Bytes of a process with an engine in it that has evaluated, drawn and exported a small net. */
const PROCESS = 300e6;

/** How fast a machine is, now. */
export interface Speed {
  /** FLOP a second in convolutions. */
  readonly flops: number;
  /** Bytes a second in element-by-element work. */
  readonly traffic: number;
}

/** Seconds of an epoch, about: its steps, and the forward pass of the held-out images. */
export function secondsPerEpoch(
  { data, batchSize }: { readonly data: Dataset; readonly batchSize: number },
  forecast: Forecast,
  speed: Speed,
): number {
  const step = forecast.flops / speed.flops + forecast.traffic / speed.traffic;
  return (step * (data.train.images.count + data.heldOut.images.count / 3)) / batchSize;
}

/** Operators that show a tensor in another way, or hand it on: they take no memory. */
const views = new Set(["reshape", "withGradient"]);

/** Operators whose result can't take the place of an operand. */
const apart = new Set([
  ...["matmul", "conv2d", "convInputGradient", "convWeightGradient", "gatherElements", "scatterAdd"],
  ...["transpose", "concatenate", "pad", "slice", "broadcastTo", "sum", "max"],
]);

/**
 * Walks the graph of one step as ONNX Runtime does. Its quick kernels copy operands into orders of their own: what
 * they take is near to this, but not it.
 *
 * @param program of sizes that are numbers
 */
export function forecastOf({ inputs, outputs }: Program): Forecast {
  const order = executionOrder(topologicalOrder(Object.values(outputs)));
  const fed = new Set(inputs);
  const rootOf = new Map<Tensor, Tensor>();
  const root = (tensor: Tensor) => rootOf.get(tensor) ?? tensor;
  const lastUse = new Map<Tensor, number>();
  order.forEach((tensor, at) => {
    if (views.has(tensor.operator.name)) rootOf.set(tensor, root(tensor.inputs[0]!));
    const read = views.has(tensor.operator.name) ? [] : tensor.inputs;
    for (const input of read) lastUse.set(root(input), at);
  });
  for (const output of Object.values(outputs)) lastUse.set(root(output), order.length);

  const state = inputs.filter(({ dtype }) => dtype === "float32").reduce((sum, one) => sum + bytesOf(one), 0);
  let [flops, traffic, live, activations] = [0, 0, 0, 0];
  order.forEach((tensor, at) => {
    const { name } = tensor.operator;
    if (fed.has(tensor) || views.has(name) || name === "fill" || name === "constant") return;
    const operands = [...new Set(tensor.inputs.map(root))];
    const freed = operands
      .filter((operand) => lastUse.get(operand) === at && !fed.has(operand) && operand.inputs.length > 0)
      .reduce((sum, operand) => sum + bytesOf(operand), 0);
    flops += flopsOf(tensor);
    traffic += bytesOf(tensor) + operands.reduce((sum, operand) => sum + bytesOf(operand), 0);
    if (!apart.has(name)) live -= freed;
    live += bytesOf(tensor);
    activations = Math.max(activations, live);
    if (apart.has(name)) live -= freed;
  });
  return { flops, traffic, activations, state };
}

/**
 * The order in which ONNX Runtime's CPU provider takes the operators: from the results that nobody reads, the last one
 * made first, each after its operands, of which the last one made goes first.
 */
function executionOrder(made: readonly Tensor[]): Tensor[] {
  const read = new Set(made.flatMap(({ inputs }) => inputs));
  const pending: { readonly tensor: Tensor; readonly ready?: true }[] = made
    .filter((tensor) => !read.has(tensor))
    .map((tensor) => ({ tensor }));
  const begun = new Set<Tensor>();
  const order: Tensor[] = [];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { tensor, ready } = next;
    if (ready) order.push(tensor);
    if (begun.has(tensor)) continue;
    begun.add(tensor);
    const operands = tensor.inputs.toSorted((a, b) => a.id - b.id).map((operand) => ({ tensor: operand }));
    pending.push({ tensor, ready: true }, ...operands);
  }
  return order;
}

const countOf = (shape: Shape) => elementCount(shape as readonly number[]);

const bytesOf = ({ dtype, shape }: Tensor) =>
  countOf(shape) * (dtype === "uint8" || dtype === "bool" ? 1 : 4);

/** Two for every multiply-add of a product; 0 for every other operator. */
function flopsOf(tensor: Tensor): number {
  const { name } = tensor.operator;
  const [a, b] = tensor.inputs as [Tensor, Tensor];
  const places = ({ shape: [batch, , height, width] }: Tensor) => countOf([batch!, height!, width!]);
  // Each place of the small side meets the whole kernel: the output of a convolution, the input of a transposed one.
  if (name === "conv2d") return 2 * places(tensor) * countOf(b.shape);
  if (name === "convInputGradient") return 2 * places(a) * countOf(b.shape);
  if (name === "convWeightGradient") return 2 * places(b) * countOf(tensor.shape);
  if (name !== "matmul") return 0;
  const { transposeA } = tensor.attributes as { transposeA: boolean };
  return 2 * countOf(tensor.shape) * (a.shape.at(transposeA ? -2 : -1) as number);
}
