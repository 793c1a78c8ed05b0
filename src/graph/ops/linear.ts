/** Matrix products, with transposition and an added bias as part of the operator. */

import type { Attributes } from "../onnx/emitter.ts";
import { apply, type Operator, type Tensor } from "../tensor.ts";
import { formatShape, shapeError, type Value } from "../types.ts";
import { sum } from "./reduce.ts";

export interface ProductAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

export const productOperator: Operator<ProductAttributes> = {
  name: "matmul",
  infer([a, b, bias], { transposeA, transposeB }) {
    const given = `${formatShape(a!.shape)}${transposeA ? "ᵀ" : ""} · ${formatShape(b!.shape)}${transposeB ? "ᵀ" : ""}`;
    if (a!.shape.length !== 2 || b!.shape.length !== 2)
      throw shapeError("matmul", `${given}: needs two matrices`);
    const [rows, inner] = transposeA ? [a!.shape[1]!, a!.shape[0]!] : [a!.shape[0]!, a!.shape[1]!];
    const [depth, columns] = transposeB ? [b!.shape[1]!, b!.shape[0]!] : [b!.shape[0]!, b!.shape[1]!];
    if (inner !== depth) throw shapeError("matmul", `${given}: inner sizes ${inner} and ${depth} differ`);
    if (bias !== undefined && (bias.shape.length !== 1 || bias.shape[0] !== columns)) {
      throw shapeError(
        "matmul",
        `${given}: a bias of shape ${formatShape(bias.shape)} does not fit [${columns}]`,
      );
    }
    return { dtype: "float32", shape: [rows, columns] };
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
  evaluate([a, b, bias], { transposeA, transposeB }, shape) {
    return { dtype: "float32", shape, data: multiplyMatrices(a!, b!, bias, transposeA, transposeB, shape) };
  },
  lower: (emitter, inputs, attributes) => emitter.node("Gemm", inputs, gemmAttributes(attributes)),
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

/** The product of two matrices, each transposed first where asked. */
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
