/** The operators that are no part of a pass: products, convolutions, and elements picked by index. */

import type { Tensor } from "../graph/index.ts";
import {
  type BackEnd,
  type ConvolutionShape,
  type Ending,
  type IndexingKind,
  indexingOf,
  type Located,
  operatorsOf,
  type Planning,
  shapeOf,
} from "../plan/index.ts";
import { forward, inputGradient, weightGradient } from "./convolution.ts";
import { isElementwise } from "./elements.ts";
import { indexingKernel } from "./indexing.ts";
import { type Addresses, bytesOf, type Card, type GpuKernel } from "./kernel.ts";
import { type Product, productKernels } from "./product.ts";

type Writer = (planning: Planning<GpuKernel>, tensor: Tensor, card: Card) => void;

function addProduct(
  planning: Planning<GpuKernel>,
  tensor: Tensor,
  product: Omit<Product, "result" | "ending">,
  card: Card,
): void {
  const ending: Ending = { relu: false };
  const kernels = productKernels({ ...product, result: planning.buffer(tensor), ending }, card);
  for (const kernel of kernels.slice(0, -1)) planning.prepare(kernel);
  planning.add(tensor, kernels.at(-1)!, ending);
}

const convolution =
  (kind: "forward" | "input" | "weight"): Writer =>
  (planning, tensor, card) => {
    const inputs = planning.inputs(tensor);
    const [x, second] = inputs as [Tensor, Tensor];
    const operands = inputs.map((input) => planning.dense(input));
    const hasBias = inputs.length > 2;
    const sized = (image: Tensor, weight: Tensor, output: Tensor): ConvolutionShape =>
      shapeOf(planning.shape(image), planning.shape(weight), planning.shape(output), tensor);
    const product = {
      forward: () => forward(sized(x, second, tensor), hasBias),
      input: () => inputGradient(sized(tensor, second, x), hasBias),
      weight: () => weightGradient(sized(x, tensor, second)),
    }[kind]();
    addProduct(planning, tensor, { ...product, operands }, card);
  };

const indexing =
  (kind: IndexingKind): Writer =>
  (planning, tensor) => {
    const operands = planning.inputs(tensor).map((operand) => planning.dense(operand));
    const result = { buffer: planning.buffer(tensor), offset: 0 };
    planning.add(tensor, indexingKernel(kind, indexingOf(planning, tensor, kind), operands, result));
  };

const writers: Readonly<Record<string, Writer>> = {
  matmul(planning, tensor, card) {
    const [a, b, bias] = planning.inputs(tensor) as [Tensor, Tensor, Tensor?];
    const { transposeA, transposeB } = tensor.attributes as { transposeA: boolean; transposeB: boolean };
    const shape = planning.shape(tensor);
    const [rows, columns] = shape.slice(-2) as [number, number];
    const batches = shape.length === 3 ? shape[0]! : 1;
    const place = ({ buffer, view: { offset } }: Located) => ({ buffer, offset: 4 * offset });
    const [left, right] = [planning.locate(a), planning.locate(b)];
    /** Strides of the batch, of `row` or `column`, and of `step`. */
    const strides = ({ view }: Located, isSwapped: boolean) => {
      const [first, second] = view.strides.slice(-2) as [number, number];
      const apart = shape.length === 3 ? view.strides[0]! : 0;
      return isSwapped ? ([apart, second, first] as const) : ([apart, first, second] as const);
    };
    const [l, r] = [strides(left, transposeA), strides(right, !transposeB)];
    const element = (argument: number, which: string, [apart, across, along]: readonly number[]) => ({
      isAlong: along === 1,
      begin: (addresses: Addresses) => `${addresses(argument)} + batch * ${apart}u + ${which} * ${across}u`,
      element: () => `return number(begin + step * ${along}u);`,
    });
    const product = {
      ...{ rows, columns, batches, depth: planning.shape(a).at(transposeA ? -2 : -1)! },
      operands: [place(left), place(right), ...(bias === undefined ? [] : [planning.dense(bias)])],
      left: element(0, "row", l),
      right: element(1, "column", r),
      place: `let at = (batch * ${rows}u + row) * ${columns}u + column;`,
      bias: bias && ((addresses: Addresses) => `${addresses(2)} + column`),
    };
    addProduct(planning, tensor, product, card);
  },
  conv2d: convolution("forward"),
  convInputGradient: convolution("input"),
  convWeightGradient: convolution("weight"),
  gatherElements: indexing("gather"),
  scatterAdd: indexing("scatter"),
};

export function backEnd(card: Card): BackEnd<GpuKernel> {
  return {
    name: "the WebGPU engine",
    bytesOf,
    // Bytes are read where they come in.
    readOnly: ["uint8"],
    isElementwise,
    operators: operatorsOf(writers, card),
    refused,
  };
}

function refused({ dtype, operator: { name } }: Tensor): string | undefined {
  if (dtype === "int64") return `${name} of int64`;
  const writesBytes =
    dtype === "uint8" && !["input", "reshape", "slice", "transpose", "broadcastTo"].includes(name);
  return writesBytes || (dtype === "bool" && name === "constant") ? `${name} of ${dtype}` : undefined;
}
