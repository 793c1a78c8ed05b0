/** The operators that are no part of a pass: products, convolutions, and elements picked by index. */

import { elementCount, type Tensor } from "../graph/index.ts";
import type { BackEnd, Ending, Located, Planning, PlanOperator } from "../plan/index.ts";
import { type ConvolutionShape, forward, inputGradient, shapeOf, weightGradient } from "./convolution.ts";
import { isElementwise } from "./elements.ts";
import { bytesOf, type GpuKernel, groupsFor, main, plainKernel } from "./kernel.ts";
import { type Product, productKernels } from "./product.ts";

const GROUP = 256;

type Writer = PlanOperator<GpuKernel>;

function addProduct(
  planning: Planning<GpuKernel>,
  tensor: Tensor,
  product: Omit<Product, "result" | "ending">,
): void {
  const ending: Ending = { relu: false };
  const kernels = productKernels({ ...product, result: planning.buffer(tensor), ending });
  for (const kernel of kernels.slice(0, -1)) planning.prepare(kernel);
  planning.add(tensor, kernels.at(-1)!, ending);
}

const convolution =
  (kind: "forward" | "input" | "weight"): Writer =>
  (planning, tensor) => {
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
    addProduct(planning, tensor, { ...product, operands });
  };

const indexing =
  (kind: "gather" | "scatter"): Writer =>
  (planning, tensor) => {
    const [x, index] = planning.inputs(tensor) as [Tensor, Tensor];
    const { axis } = tensor.attributes as { axis: number };
    const shape = planning.shape(index);
    const picked = shape[axis]!;
    const size = planning.shape(kind === "gather" ? x : tensor)[axis]!;
    const inner = elementCount(shape.slice(axis + 1));
    const outer = elementCount(shape.slice(0, axis));
    const count = outer * inner * (kind === "gather" ? picked : size);
    const head = `let i = group * ${GROUP}u + lane;
if (i >= ${count}u) { return; }
let column = i % ${inner}u;`;
    const kernel = plainKernel(
      [planning.dense(x), planning.dense(index)],
      planning.buffer(tensor),
      groupsFor(Math.ceil(count / GROUP)),
      (addresses) => {
        const [from, indices, to] = [0, 1, 2].map(addresses);
        if (kind === "gather") {
          return main(
            GROUP,
            `${head}
let place = (i / ${picked * inner}u * ${size}u + heap[${indices} + i]) * ${inner}u + column;
heap[${to} + i] = heap[${from} + place];`,
          );
        }
        // Each result looks for what is added to it: in their order, whatever runs first.
        return main(
          GROUP,
          `${head}
let own = i / ${inner}u % ${size}u;
let first = i / ${size * inner}u * ${picked * inner}u + column;
var total = 0f;
for (var at = first; at < first + ${picked * inner}u; at += ${inner}u) {
if (heap[${indices} + at] == own) { total += number(${from} + at); }
}
store(${to} + i, total);`,
        );
      },
    );
    planning.add(tensor, kernel);
  };

const operators: Readonly<Record<string, Writer>> = {
  matmul(planning, tensor) {
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
      element: (addresses: (argument: number) => string) =>
        `return number(${addresses(argument)} + batch * ${apart}u + ${which} * ${across}u + step * ${along}u);`,
    });
    addProduct(planning, tensor, {
      ...{ rows, columns, batches, depth: planning.shape(a).at(transposeA ? -2 : -1)! },
      operands: [place(left), place(right), ...(bias === undefined ? [] : [planning.dense(bias)])],
      left: element(0, "row", l),
      right: element(1, "column", r),
      place: `let at = (batch * ${rows}u + row) * ${columns}u + column;`,
      bias: bias && ((addresses) => `${addresses(2)} + column`),
    });
  },
  conv2d: convolution("forward"),
  convInputGradient: convolution("input"),
  convWeightGradient: convolution("weight"),
  gatherElements: indexing("gather"),
  scatterAdd: indexing("scatter"),
};

export const backEnd: BackEnd<GpuKernel> = {
  name: "the WebGPU engine",
  bytesOf,
  isElementwise,
  operators,
  refused({ dtype, operator: { name } }) {
    if (dtype === "int64") return `${name} of int64`;
    const isBytes = dtype === "uint8" && ["cast", "constant", "where", "concatenate", "pad"].includes(name);
    return isBytes || (dtype === "bool" && name === "constant") ? `${name} of ${dtype}` : undefined;
  },
};
