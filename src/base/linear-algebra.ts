/** Covariance matrices, the eigenvalues and eigenvectors of symmetric ones, and their inverse; for up to a thousand columns. */

import { mean } from "./statistics.ts";

/** Values by column, each `[rows]`: what is scanned together lies together. */
export type Columns = readonly (Float32Array | Float64Array)[];

/** Σ aᵢ·bᵢ of two lists of one length. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Rows of a row-major table of `width` columns, in the order asked for: `[rows, width]`. */
export function takeRows<T extends Float32Array | Int32Array | Uint8Array>(
  table: T,
  width: number,
  rows: ArrayLike<number>,
): T {
  const taken = new (table.constructor as new (length: number) => T)(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    taken.set(table.subarray(rows[i]! * width, (rows[i]! + 1) * width), i * width);
  }
  return taken;
}

/** `[rows, width]` row-major → `[width]` of `[rows]`. */
export function columnsOf(table: ArrayLike<number>, width: number): Columns {
  const rows = table.length / width;
  return Array.from({ length: width }, (_, d) => {
    const column = table instanceof Float32Array ? new Float32Array(rows) : new Float64Array(rows);
    for (let i = 0; i < rows; i++) column[i] = table[i * width + d]!;
    return column;
  });
}

/** Each column less its mean, in double precision. */
export function centred(columns: Columns): Float64Array[] {
  return columns.map((column) => {
    const middle = mean(column);
    // A loop: `from` with a function is ten times slower, and this runs for every replicate of a bootstrap.
    const result = new Float64Array(column.length);
    for (let i = 0; i < column.length; i++) result[i] = column[i]! - middle;
    return result;
  });
}

/** Σ (a − ā)(b − b̄) / (n − 1): `[columns]` of `[columns]`. */
export function covariance(columns: Columns): number[][] {
  const own = centred(columns);
  const matrix = own.map(() => own.map(() => 0));
  own.forEach((a, i) => {
    for (let j = 0; j <= i; j++) {
      const b = own[j]!;
      let sum = 0;
      for (let row = 0; row < a.length; row++) sum += a[row]! * b[row]!;
      matrix[i]![j] = sum / (a.length - 1);
      matrix[j]![i] = matrix[i]![j]!;
    }
  });
  return matrix;
}

export interface Eigen {
  /** The largest first: `[size]`. */
  readonly values: Float64Array;
  /** Unit vectors, one a row, in the order of the values: `[size]` of `[size]`. Their signs are arbitrary. */
  readonly vectors: readonly Float64Array[];
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix: Householder's reduction to a tridiagonal one, then implicit QL
 * (Golub and Van Loan, §8.3; EISPACK's tred2 and tql2). Errors are a few times 10⁻¹⁶ of the largest value.
 */
export function symmetricEigen(matrix: readonly ArrayLike<number>[]): Eigen {
  const size = matrix.length;
  // vectors[k] is a row while reducing; its column j becomes the eigenvector of diagonal[j].
  const vectors = matrix.map((row) => Float64Array.from(row));
  const diagonal = new Float64Array(size);
  const beside = new Float64Array(size);
  drained(reduce(vectors, diagonal, beside));
  diagonalise(vectors, diagonal, beside);
  const order = Array.from(diagonal, (_, i) => i).sort((a, b) => diagonal[b]! - diagonal[a]!);
  return {
    values: Float64Array.from(order, (i) => diagonal[i]!),
    vectors: order.map((i) => Float64Array.from(vectors, (row) => row[i]!)),
  };
}

/** The inverse of a symmetric matrix whose eigenvalues are all above zero. */
export function symmetricInverse(matrix: readonly ArrayLike<number>[]): number[][] {
  const { values, vectors } = symmetricEigen(matrix);
  return matrix.map((_, i) =>
    matrix.map((__, j) =>
      vectors.reduce((sum, vector, k) => sum + (vector[i]! * vector[j]!) / values[k]!, 0),
    ),
  );
}

/** The eigenvalues alone, in no particular order: several times as fast. */
export function symmetricEigenvalues(matrix: readonly ArrayLike<number>[]): Float64Array {
  return drained(eigenvaluesInSteps(matrix));
}

/** The same in steps of size², for a matrix of thousands: whoever takes them can stop in between. */
export function* eigenvaluesInSteps(
  matrix: readonly ArrayLike<number>[],
): Generator<undefined, Float64Array<ArrayBuffer>> {
  const diagonal = new Float64Array(matrix.length);
  const beside = new Float64Array(matrix.length);
  const rows = matrix.map((row) => Float64Array.from(row));
  yield* reduce(rows, diagonal, beside);
  diagonalise([], diagonal, beside);
  return diagonal;
}

function drained<T>(steps: Generator<undefined, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** tred2: leaves the tridiagonal matrix in `d` and `e`, the orthogonal transformation in `v`. */
function* reduce(v: Float64Array[], d: Float64Array, e: Float64Array): Generator<undefined, void> {
  const size = v.length;
  for (let i = size - 1; i > 0; i--) {
    yield;
    const row = v[i]!;
    let [scale, square] = [0, 0];
    for (let k = 0; k < i; k++) scale += Math.abs(row[k]!);
    if (i === 1 || scale === 0) {
      e[i] = row[i - 1]!;
    } else {
      for (let k = 0; k < i; k++) {
        row[k]! /= scale;
        square += row[k]! ** 2;
      }
      const last = row[i - 1]!;
      const length = last > 0 ? -Math.sqrt(square) : Math.sqrt(square);
      e[i] = scale * length;
      square -= last * length;
      row[i - 1] = last - length;
      let product = 0;
      for (let j = 0; j < i; j++) {
        v[j]![i] = row[j]! / square;
        let sum = 0;
        for (let k = 0; k <= j; k++) sum += v[j]![k]! * row[k]!;
        for (let k = j + 1; k < i; k++) sum += v[k]![j]! * row[k]!;
        e[j] = sum / square;
        product += e[j]! * row[j]!;
      }
      const half = product / (2 * square);
      for (let j = 0; j < i; j++) {
        const one = row[j]!;
        const other = e[j]! - half * one;
        e[j] = other;
        for (let k = 0; k <= j; k++) v[j]![k]! -= one * e[k]! + other * row[k]!;
      }
    }
    d[i] = square;
  }
  for (let i = 0; i < size; i++) {
    yield;
    const row = v[i]!;
    if (i > 0 && d[i] !== 0) {
      for (let j = 0; j < i; j++) {
        let sum = 0;
        for (let k = 0; k < i; k++) sum += row[k]! * v[k]![j]!;
        for (let k = 0; k < i; k++) v[k]![j]! -= sum * v[k]![i]!;
      }
    }
    d[i] = row[i]!;
    row[i] = 1;
    for (let j = 0; j < i; j++) {
      row[j] = 0;
      v[j]![i] = 0;
    }
  }
}

/** tql2: from the tridiagonal matrix to the eigenvalues in `d`, the columns of `v` to the eigenvectors. */
function diagonalise(v: Float64Array[], d: Float64Array, e: Float64Array): void {
  const size = d.length;
  e.copyWithin(0, 1);
  if (size > 0) e[size - 1] = 0;
  for (let l = 0; l < size; l++) {
    for (let turn = 0; turn < 60; turn++) {
      let m = l;
      // The first element beside the diagonal that is negligible splits the matrix.
      for (; m < size - 1; m++) {
        if (Math.abs(e[m]!) <= Number.EPSILON * (Math.abs(d[m]!) + Math.abs(d[m + 1]!))) break;
      }
      if (m === l) break;
      let g = (d[l + 1]! - d[l]!) / (2 * e[l]!);
      const root = Math.hypot(g, 1);
      g = d[m]! - d[l]! + e[l]! / (g + (g < 0 ? -root : root));
      let [sine, cosine, shift] = [1, 1, 0];
      let i = m - 1;
      for (; i >= l; i--) {
        const f = sine * e[i]!;
        const b = cosine * e[i]!;
        const r = Math.hypot(f, g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1]! -= shift;
          e[m] = 0;
          break;
        }
        sine = f / r;
        cosine = g / r;
        g = d[i + 1]! - shift;
        const next = (d[i]! - g) * sine + 2 * cosine * b;
        shift = sine * next;
        d[i + 1] = g + shift;
        g = cosine * next - b;
        for (const row of v) {
          const [left, right] = [row[i]!, row[i + 1]!];
          row[i + 1] = sine * left + cosine * right;
          row[i] = cosine * left - sine * right;
        }
      }
      if (i >= l) continue;
      d[l]! -= shift;
      e[l] = g;
      e[m] = 0;
    }
  }
}
