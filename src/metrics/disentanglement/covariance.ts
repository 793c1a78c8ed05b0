/** Covariance matrices and the eigenvalues of symmetric ones; as large as a latent space, no larger. */

import { type Columns, mean } from "../learners/index.ts";

/** Σ (a − ā)(b − b̄) / (n − 1): `[dimensions]` of `[dimensions]`. */
export function covariance(columns: Columns): number[][] {
  const centred = columns.map((column) => {
    const middle = mean(column);
    // A loop: `from` with a function is ten times slower, and this runs for every replicate.
    const result = new Float64Array(column.length);
    for (let i = 0; i < column.length; i++) result[i] = column[i]! - middle;
    return result;
  });
  const matrix = centred.map(() => centred.map(() => 0));
  centred.forEach((a, i) => {
    for (let j = 0; j <= i; j++) {
      const b = centred[j]!;
      let sum = 0;
      for (let row = 0; row < a.length; row++) sum += a[row]! * b[row]!;
      matrix[i]![j] = sum / (a.length - 1);
      matrix[j]![i] = matrix[i]![j]!;
    }
  });
  return matrix;
}

/** By cyclic Jacobi rotations (Golub and Van Loan, §8.5); in no particular order. */
export function symmetricEigenvalues(matrix: readonly (readonly number[])[]): number[] {
  const a = matrix.map((row) => [...row]);
  const size = a.length;
  const scale = Math.max(...a.flat().map(Math.abs), 0);
  for (let sweep = 0; sweep < 50; sweep++) {
    let off = 0;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        const pq = a[p]![q]!;
        off = Math.max(off, Math.abs(pq));
        if (pq === 0) continue;
        const theta = (a[q]![q]! - a[p]![p]!) / (2 * pq);
        const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const cosine = 1 / Math.hypot(tangent, 1);
        const sine = tangent * cosine;
        for (let k = 0; k < size; k++) {
          const [kp, kq] = [a[k]![p]!, a[k]![q]!];
          a[k]![p] = cosine * kp - sine * kq;
          a[k]![q] = sine * kp + cosine * kq;
        }
        for (let k = 0; k < size; k++) {
          const [pk, qk] = [a[p]![k]!, a[q]![k]!];
          a[p]![k] = cosine * pk - sine * qk;
          a[q]![k] = sine * pk + cosine * qk;
        }
      }
    }
    if (off <= 1e-15 * scale) break;
  }
  return a.map((row, i) => row[i]!);
}
