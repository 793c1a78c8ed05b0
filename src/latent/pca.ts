/** Principal components: eigenvectors of the covariance matrix, exact, and quick for a few hundred columns. */

import { BetalabError } from "../base/errors.ts";
import { columnsOf, covariance, symmetricEigen } from "../base/linear-algebra.ts";
import { mean as meanOf } from "../base/statistics.ts";

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
  if (rows === 1) throw new BetalabError("shape", "PCA needs at least 2 points, not 1", "take more of them");
  if (!Number.isInteger(rows) || rows < 1 || components > columns) {
    throw new BetalabError("shape", `pca: ${components} components of ${rows} rows × ${columns} columns`);
  }
  const byColumn = columnsOf(data, columns);
  const mean = Float64Array.from(byColumn, meanOf);
  const { values, vectors } = symmetricEigen(covariance(byColumn));
  const total = values.reduce((sum, value) => sum + value, 0);
  const kept = new Float64Array(components * columns);
  for (let c = 0; c < components; c++) kept.set(turned(vectors[c]!), c * columns);
  const variances = Float64Array.from({ length: components }, (_, c) => Math.max(0, values[c]!));
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

/** With its largest entry positive. */
function turned(vector: Float64Array): Float64Array {
  const most = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) + 1e-12 ? value : best), 0);
  return most < 0 ? vector.map((value) => -value) : vector;
}
