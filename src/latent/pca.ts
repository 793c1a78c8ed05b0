/** Principal components, by Jacobi rotations of the covariance matrix: exact, and quick for a few hundred columns. */

import { BetalabError } from "../base/errors.ts";

export interface Pca {
  /** `[columns]`. */
  readonly mean: Float64Array;
  /** Unit vectors, the direction of largest variance first: `[components, columns]`. */
  readonly components: Float64Array;
  /** Variance along each component (divisor n − 1): `[components]`. */
  readonly variances: Float64Array;
  /** The same as shares of the total variance. */
  readonly ratios: Float64Array;
  /** Coordinates of the rows: `[rows, components]`. */
  readonly projected: Float64Array;
}

/**
 * Principal component analysis of `rows` × `columns` values, row-major. Each component's sign is such that its
 * largest entry is positive, so that a map doesn't flip between machines.
 *
 * Throws "shape" for fewer than two rows or more components than columns.
 */
export function pca(data: ArrayLike<number>, columns: number, components: number): Pca {
  const rows = data.length / columns;
  if (!Number.isInteger(rows) || rows < 2 || components > columns) {
    throw new BetalabError("shape", `pca: ${components} components of ${rows} rows × ${columns} columns`);
  }
  const mean = new Float64Array(columns);
  for (let i = 0; i < data.length; i++) mean[i % columns]! += data[i]! / rows;
  const { values, vectors } = eigen(covariance(data, mean), columns);
  const order = Array.from(values, (_, i) => i).sort((a, b) => values[b]! - values[a]!);
  const total = values.reduce((sum, value) => sum + value, 0);
  const kept = new Float64Array(components * columns);
  for (let c = 0; c < components; c++) kept.set(direction(vectors, columns, order[c]!), c * columns);
  const variances = Float64Array.from({ length: components }, (_, c) => Math.max(0, values[order[c]!]!));
  const projected = new Float64Array(rows * components);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < components; c++) {
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += (data[row * columns + j]! - mean[j]!) * kept[c * columns + j]!;
      projected[row * components + c] = sum;
    }
  }
  return {
    mean,
    components: kept,
    variances,
    ratios: variances.map((value) => value / (total || 1)),
    projected,
  };
}

function covariance(data: ArrayLike<number>, mean: Float64Array): Float64Array {
  const columns = mean.length;
  const rows = data.length / columns;
  const matrix = new Float64Array(columns * columns);
  const centred = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++) centred[j] = data[row * columns + j]! - mean[j]!;
    for (let i = 0; i < columns; i++) {
      for (let j = i; j < columns; j++) matrix[i * columns + j]! += centred[i]! * centred[j]!;
    }
  }
  for (let i = 0; i < columns; i++) {
    for (let j = i; j < columns; j++) {
      matrix[i * columns + j]! /= rows - 1;
      matrix[j * columns + i] = matrix[i * columns + j]!;
    }
  }
  return matrix;
}

/** Cyclic Jacobi (Golub & Van Loan, §8.5): eigenvalues, and eigenvectors as columns, of a symmetric matrix. */
function eigen(matrix: Float64Array, size: number): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice();
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  const norm = Math.sqrt(a.reduce((sum, value) => sum + value * value, 0));
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) off += a[p * size + q]! ** 2;
    if (Math.sqrt(off) <= 1e-14 * norm) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, size, p, q);
  }
  return { values: Float64Array.from({ length: size }, (_, i) => a[i * size + i]!), vectors };
}

/** One rotation that makes a[p][q] zero. */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const apq = a[p * size + q]!;
  if (apq === 0) return;
  const theta = (a[q * size + q]! - a[p * size + p]!) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < size; k++) {
    const [x, y] = [a[k * size + p]!, a[k * size + q]!];
    a[k * size + p] = c * x - s * y;
    a[k * size + q] = s * x + c * y;
  }
  for (let k = 0; k < size; k++) {
    const [x, y] = [a[p * size + k]!, a[q * size + k]!];
    a[p * size + k] = c * x - s * y;
    a[q * size + k] = s * x + c * y;
    const [v, w] = [vectors[k * size + p]!, vectors[k * size + q]!];
    vectors[k * size + p] = c * v - s * w;
    vectors[k * size + q] = s * v + c * w;
  }
}

function direction(vectors: Float64Array, size: number, column: number): Float64Array {
  const vector = Float64Array.from({ length: size }, (_, i) => vectors[i * size + column]!);
  const largest = vector.reduce(
    (best, value) => (Math.abs(value) > Math.abs(best) + 1e-12 ? value : best),
    0,
  );
  return largest < 0 ? vector.map((value) => -value) : vector;
}
