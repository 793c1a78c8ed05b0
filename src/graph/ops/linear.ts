/** Matrix products, one or a batch of them, with transposition and an added bias as part of the operator. */

import type { Attributes } from "../onnx/emitter.ts";
import { apply, type Operator, type Tensor } from "../tensor.ts";
import { type Dimension, elementCount, formatShape, sameShape, shapeError, type Value } from "../types.ts";
import { sum } from "./reduce.ts";
import { expectFloat } from "./unary.ts";

export interface ProductAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Rows and columns of a matrix, or of each of a batch, once transposed. */
function sidesOf({ shape }: Tensor, transposed: boolean): [Dimension, Dimension] {
  const [rows, columns] = shape.slice(-2) as [Dimension, Dimension];
  return transposed ? [columns, rows] : [rows, columns];
}

export const productOperator: Operator<ProductAttributes> = {
  name: "matmul",
  infer(operands, { transposeA, transposeB }) {
    for (const operand of operands) expectFloat("matmul", operand);
    const [a, b, bias] = operands;
    const given = `${formatShape(a!.shape)}${transposeA ? "ᵀ" : ""} · ${formatShape(b!.shape)}${transposeB ? "ᵀ" : ""}`;
    const rank = a!.shape.length;
    if ((rank !== 2 && rank !== 3) || b!.shape.length !== rank)
      throw shapeError("matmul", `${given}: needs two matrices, or two batches of them`);
    const batch = a!.shape.slice(0, -2);
    if (!sameShape(batch, b!.shape.slice(0, -2))) throw shapeError("matmul", `${given}: batches differ`);
    const [rows, inner] = sidesOf(a!, transposeA);
    const [depth, columns] = sidesOf(b!, transposeB);
    if (inner !== depth) throw shapeError("matmul", `${given}: inner sizes ${inner} and ${depth} differ`);
    if (bias !== undefined && (rank !== 2 || bias.shape.length !== 1 || bias.shape[0] !== columns)) {
      throw shapeError(
        "matmul",
        `${given}: a bias of shape ${formatShape(bias.shape)} does not fit [${columns}]`,
      );
    }
    return { dtype: "float32", shape: [...batch, rows, columns] };
  },
  gradient({ inputs: [a, b, bias], outputGradient: g, attributes: { transposeA, transposeB }, needs }) {
    // With A' = op(A), B' = op(B): dA' = G·B'ᵀ and dB' = A'ᵀ·G; a transposed operand gets the transpose.
    const forA = () => (transposeA ? matmul(b!, g, transposeB, true) : matmul(g, b!, false, !transposeB));
    const forB = () => (transposeB ? matmul(g, a!, true, transposeA) : matmul(a!, g, !transposeA, false));
    return [
      needs(0) ? forA() : undefined,
      needs(1) ? forB() : undefined,
      bias !== undefined && needs(2) ? sum(g, [0]) : undefined,
    ];
  },
  evaluate([a, b, bias], attributes, shape) {
    const data = new Float32Array(elementCount(shape));
    const area = elementCount(shape.slice(-2));
    const matrices = data.length / area || 0;
    const one = (all: Value, i: number): Value => {
      const size = all.data.length / matrices;
      const part = (all.data as Float32Array).subarray(i * size, (i + 1) * size);
      return { dtype: "float32", shape: all.shape.slice(-2), data: part };
    };
    for (let i = 0; i < matrices; i++) {
      const { transposeA, transposeB } = attributes;
      const [left, right] = [one(a!, i), one(b!, i)];
      data.set(multiplyMatrices(left, right, bias, transposeA, transposeB, shape.slice(-2)), i * area);
    }
    return { dtype: "float32", shape, data };
  },
  lower(emitter, inputs, attributes, { shape }) {
    if (shape.length === 2) return emitter.node("Gemm", inputs, gemmAttributes(attributes));
    const { transposeA, transposeB } = attributes;
    const turned = [transposeA, transposeB].map((transposed, i) =>
      transposed ? emitter.node("Transpose", [inputs[i]!], { perm: [0, 2, 1] }) : inputs[i]!,
    );
    return emitter.node("MatMul", turned);
  },
};

/** The attributes of ONNX's `Gemm` and of what the runtimes have like it. */
export function gemmAttributes({ transposeA, transposeB }: ProductAttributes): Attributes {
  return { transA: Number(transposeA), transB: Number(transposeB) };
}

function multiplyMatrices(
  a: Value,
  b: Value,
  bias: Value | undefined,
  transposeA: boolean,
  transposeB: boolean,
  shape: readonly number[],
): Float32Array {
  const [rows, columns] = shape as [number, number];
  const inner = transposeA ? a.shape[0]! : a.shape[1]!;
  const [aRow, aStep] = transposeA ? [1, rows] : [inner, 1];
  const [bStep, bColumn] = transposeB ? [1, inner] : [columns, 1];
  const [left, right] = [a.data as Float32Array, b.data as Float32Array];
  const result = new Float32Array(rows * columns);
  const row = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    if (bias === undefined) row.fill(0);
    else row.set(bias.data as Float32Array);
    for (let k = 0; k < inner; k++) {
      const factor = left[i * aRow + k * aStep]!;
      if (factor === 0) continue; // after a ReLU half of them are
      for (let j = 0, at = k * bStep; j < columns; j++, at += bColumn) row[j]! += factor * right[at]!;
    }
    result.set(row, i * columns);
  }
  return result;
}

/** The product of two matrices, each transposed first where asked; of two batches `[batch, …, …]`, one by one. */
export function matmul(a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor {
  return apply(productOperator, [a, b], { transposeA, transposeB });
}

/**
 * A fully connected layer: x·Wᵀ + b.
 *
 * @param x `[batch, in]`
 * @param weight `[out, in]`, PyTorch's layout
 * @param bias `[out]`
 * @returns `[batch, out]`
 */
export function linear(x: Tensor, weight: Tensor, bias: Tensor): Tensor {
  return apply(productOperator, [x, weight, bias], { transposeA: false, transposeB: true });
}
