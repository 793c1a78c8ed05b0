/** The operators that are no part of a pass: products, convolutions, and elements picked by index. */

import { elementCount, type Tensor } from "../graph/index.ts";
import {
  type Argument,
  type BackEnd,
  type ConvolutionShape,
  type IndexingKind,
  indexingOf,
  type Located,
  operatorsOf,
  type Planning,
  shapeOf,
} from "../plan/index.ts";
import { bytesOf } from "./bytes.ts";
import { forward } from "./convolution/forward.ts";
import { inputGradient } from "./convolution/input-gradient.ts";
import { weightGradient } from "./convolution/weight-gradient.ts";
import { isElementwise } from "./elements.ts";
import { defineIndexing } from "./indexing.ts";
import type { PlainKernel, PlainPart } from "./kernels.ts";
import { defineProduct, productScratch } from "./product.ts";
import { COLUMNS, ROWS, type TileKind } from "./tiles.ts";
import type { Workspace } from "./workspace.ts";

type Writer = (planning: Planning<PlainKernel>, tensor: Tensor, workspace: Workspace) => void;

const workOf = ({ batch, channels, out, kernelHeight, kernelWidth, rows, columns }: ConvolutionShape) =>
  batch * channels * out * kernelHeight * kernelWidth * rows * columns;
/** The argument so many bytes further. */
const moved = ({ buffer, offset }: Argument, by: number): Argument => ({ buffer, offset: offset + by });

/** Convolutions whose first operand is image or output gradient, and whose last may be a bias: in parts of the batch. */
const withBias =
  (kind: "forward" | "input"): Writer =>
  (planning, tensor, workspace) => {
    const [x, weight, bias] = planning.inputs(tensor) as [Tensor, Tensor, Tensor?];
    const [image, output] = kind === "forward" ? [x, tensor] : [tensor, x];
    const shape = shapeOf(planning.shape(image), planning.shape(weight), planning.shape(output), tensor);
    const [first, ...others] = [x, weight, bias ?? x].map((operand) => planning.dense(operand));
    const [from, to] = [x, tensor].map((one) => elementCount(planning.shape(one).slice(1)));
    const ending: TileKind & { relu: boolean } = { start: bias === undefined ? "zero" : "rows", relu: false };
    const parts = workspace.split(shape.batch, 1, workOf(shape)).map(({ start, count }, i): PlainPart => {
      const own = { ...shape, batch: count };
      const key = `${kind} ${JSON.stringify(own)}`;
      const convolution = workspace.convolution(key, () => ({ forward, input: inputGradient })[kind](own));
      return {
        operands: [moved(first!, 4 * start * from!), ...others],
        offset: 4 * start * to!,
        rest: [planning.table(key, () => convolution.table), workspace.scratch(convolution.scratch, i)],
        define: (module) => convolution.define(module, ending),
      };
    });
    planning.add(tensor, { result: planning.buffer(tensor), parts }, ending);
  };

const indexing =
  (kind: IndexingKind): Writer =>
  (planning, tensor) => {
    const sizes = indexingOf(planning, tensor, kind);
    const operands = planning.inputs(tensor).map((operand) => planning.dense(operand));
    const define: PlainPart["define"] = (module) => defineIndexing(module, kind, sizes);
    const whole: PlainPart = { operands, offset: 0, rest: [], define };
    planning.add(tensor, { result: planning.buffer(tensor), parts: [whole] });
  };

const writers: Readonly<Record<string, Writer>> = {
  matmul(planning, tensor, workspace) {
    const [a, b, bias] = planning.inputs(tensor) as [Tensor, Tensor, Tensor?];
    const { transposeA, transposeB } = tensor.attributes as { transposeA: boolean; transposeB: boolean };
    const [rows, columns] = planning.shape(tensor).slice(-2) as [number, number];
    const [left, right] = [planning.locate(a), planning.locate(b)];
    const steps = ({ view: { strides } }: Located, byColumns: boolean) => {
      const [first, second] = strides.slice(-2).map((stride) => 4 * stride) as [number, number];
      return byColumns ? { across: second, along: first } : { across: first, along: second };
    };
    const ending: TileKind & { relu: boolean } = {
      start: bias === undefined ? "zero" : "columns",
      relu: false,
    };
    const depth = planning.shape(a).at(transposeA ? -2 : -1)!;
    const whole = {
      depth,
      stride: 4 * columns,
      left: steps(left, transposeA),
      right: steps(right, !transposeB),
    };
    // Each part packs all of the operand that is not cut: the smaller one.
    const byColumns = columns >= rows;
    const [count, unit] = byColumns ? [columns, COLUMNS] : [rows, ROWS];
    const buffer = planning.buffer(tensor);
    const start = bias && planning.dense(bias);
    const [batch] = planning.shape(tensor).length === 3 ? planning.shape(tensor) : [1];
    for (let i = 0; i < batch!; i++) {
      const at = ({ buffer, view: { offset, strides } }: Located): Argument => ({
        buffer,
        offset: 4 * (offset + (i > 0 ? i * strides[0]! : 0)),
      });
      const parts = workspace.split(count, unit, rows * columns * depth).map((range, part): PlainPart => {
        const [row, column] = byColumns ? [0, range.start] : [range.start, 0];
        const sizes = byColumns ? { rows, columns: range.count } : { rows: range.count, columns };
        const product = { ...whole, ...sizes };
        const l = moved(at(left), row * whole.left.across);
        return {
          operands: [l, moved(at(right), column * whole.right.across), start ? moved(start, 4 * column) : l],
          offset: 4 * ((i * rows + row) * columns + column),
          rest: [workspace.scratch(productScratch(product), part)],
          define: (module) => defineProduct(module, { ...product, kind: ending }),
        };
      });
      planning.add(tensor, { result: buffer, parts }, ending);
    }
  },
  conv2d: withBias("forward"),
  convInputGradient: withBias("input"),
  convWeightGradient(planning, tensor, workspace) {
    const [x, y] = planning.inputs(tensor) as [Tensor, Tensor];
    const shape = shapeOf(planning.shape(x), planning.shape(tensor), planning.shape(y), tensor);
    const operands = [planning.dense(x), planning.dense(y)];
    const columns = shape.channels * shape.kernelHeight * shape.kernelWidth;
    const parts = workspace.split(columns, COLUMNS, workOf(shape)).map((range, i): PlainPart => {
      const key = `weight ${JSON.stringify([shape, range])}`;
      const convolution = workspace.convolution(key, () => weightGradient(shape, range));
      return {
        operands,
        offset: 4 * range.start,
        rest: [planning.table(key, () => convolution.table), workspace.scratch(convolution.scratch, i)],
        define: (module) => convolution.define(module, { start: "result", relu: false }),
      };
    });
    planning.add(tensor, { result: planning.buffer(tensor), parts });
  },
  gatherElements: indexing("gather"),
  scatterAdd: indexing("scatter"),
};

export function backEnd(workspace: Workspace): BackEnd<PlainKernel> {
  return {
    name: "the WebAssembly engine",
    bytesOf,
    readOnly: [],
    isElementwise,
    operators: operatorsOf(writers, workspace),
    refused: ({ dtype, operator: { name } }) =>
      dtype === "int64" || (name === "divide" && dtype !== "float32") ? `${name} of ${dtype}` : undefined,
  };
}
