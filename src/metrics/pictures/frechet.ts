/**
 * Fréchet inception distance (Heusel et al. 2017): between Gaussians fitted to features of two sets of pictures,
 * |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½), with unbiased covariances. It falls with the number of pictures: compare equal
 * numbers only.
 */

import { dot, symmetricEigenvalues } from "../../base/linear-algebra.ts";

/** Features of pictures, row-major `[count, dimensions]`. */
export interface Features {
  readonly count: number;
  readonly dimensions: number;
  readonly values: Float32Array;
}

/** At least two pictures of each. */
export function frechetDistance(one: Features, other: Features): number {
  const [a, b] = [centre(one), centre(other)];
  const { dimensions } = one;
  let distance = 0;
  for (let d = 0; d < dimensions; d++) distance += (a.mean[d]! - b.mean[d]!) ** 2;
  return distance + a.trace + b.trace - 2 * rootTrace(a, b, dimensions);
}

interface Centred {
  readonly mean: Float64Array;
  /** Rows whose products sum to the covariance: divided by √(count − 1). */
  readonly rows: readonly Float64Array[];
  /** Of the covariance. */
  readonly trace: number;
}

function centre({ count, dimensions, values }: Features): Centred {
  const mean = new Float64Array(dimensions);
  for (let i = 0; i < values.length; i++) mean[i % dimensions]! += values[i]! / count;
  const scale = 1 / Math.sqrt(count - 1);
  const rows = Array.from({ length: count }, (_, row) =>
    Float64Array.from(mean, (centre, d) => scale * (values[row * dimensions + d]! - centre)),
  );
  return { mean, rows, trace: rows.reduce((sum, row) => sum + dot(row, row), 0) };
}

/**
 * tr (Σ₁Σ₂)^½ with Σ₁ = AᵀA and Σ₂ = BᵀB: the sum of the singular values of ABᵀ, which are the roots of the eigenvalues of
 * ABᵀBAᵀ. Of many rows the covariances' own roots are smaller: A and B are replaced by D × D roots.
 */
function rootTrace(a: Centred, b: Centred, dimensions: number): number {
  const [left, right] = [a.rows, b.rows].map((rows) =>
    rows.length > dimensions ? cholesky(rows, dimensions) : rows,
  );
  const products = left!.map((row) => Float64Array.from(right!, (other) => dot(row, other)));
  const gram = products.map((row) => Float64Array.from(products, (other) => dot(row, other)));
  return symmetricEigenvalues(gram).reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
}

/** Columns of L as rows, where LLᵀ is the sum of the rows' outer products; a pivot that vanishes leaves a row of zeros. */
function cholesky(rows: readonly Float64Array[], dimensions: number): Float64Array[] {
  const left = Array.from({ length: dimensions }, () => new Float64Array(dimensions));
  for (const row of rows) {
    for (let i = 0; i < dimensions; i++) {
      for (let j = 0; j <= i; j++) left[i]![j]! += row[i]! * row[j]!;
    }
  }
  const smallest = 1e-14 * left.reduce((most, row, i) => Math.max(most, row[i]!), 0);
  const columns = Array.from({ length: dimensions }, () => new Float64Array(dimensions));
  for (let k = 0; k < dimensions; k++) {
    const pivot = left[k]![k]!;
    if (pivot <= smallest) continue;
    const root = Math.sqrt(pivot);
    const column = columns[k]!;
    for (let i = k; i < dimensions; i++) column[i] = left[i]![k]! / root;
    for (let i = k + 1; i < dimensions; i++) {
      for (let j = k + 1; j <= i; j++) left[i]![j]! -= column[i]! * column[j]!;
    }
  }
  return columns;
}
