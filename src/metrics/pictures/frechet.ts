/**
 * Fréchet inception distance (Heusel et al. 2017): between Gaussians fitted to features of two sets of pictures,
 * |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½), with unbiased covariances. It falls with the number of pictures: compare equal
 * numbers only.
 */

import { dot, eigenvaluesInSteps } from "../../base/linear-algebra.ts";
import { pause, type Watch } from "../../base/progress.ts";

/** What is interrupted, here and in KID. */
export const STAGE = "comparing features";

/** Features of pictures, row-major `[count, dimensions]`. */
export interface Features {
  readonly count: number;
  readonly dimensions: number;
  readonly values: Float32Array;
}

/**
 * At least two pictures of each. Inception's 2048 features take minutes; others get their turn meanwhile. Throws
 * "interrupted" when stopped.
 */
export async function frechetDistance(
  one: Features,
  other: Features,
  watch: Pick<Watch, "signal"> = {},
): Promise<number> {
  const [a, b] = [centre(one), centre(other)];
  const { dimensions } = one;
  let distance = 0;
  for (let d = 0; d < dimensions; d++) distance += (a.mean[d]! - b.mean[d]!) ** 2;
  return distance + a.trace + b.trace - 2 * (await rootTrace(a, b, dimensions, () => pause(watch, STAGE)));
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
async function rootTrace(a: Centred, b: Centred, dimensions: number, turn: Turn): Promise<number> {
  const rootOf = ({ rows }: Centred) => (rows.length > dimensions ? cholesky(rows, dimensions, turn) : rows);
  const [left, right] = [await rootOf(a), await rootOf(b)];
  const products = await allProducts(left, right, turn);
  const steps = eigenvaluesInSteps(await allProducts(products, products, turn));
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value.reduce((sum, value) => sum + Math.sqrt(Math.max(0, value)), 0);
    await turn();
  }
}

/** Awaited between two pieces of the work. */
type Turn = () => Promise<void>;

type Rows = readonly Float64Array[];

async function allProducts(left: Rows, right: Rows, turn: Turn): Promise<Float64Array[]> {
  const products: Float64Array[] = [];
  for (const row of left) {
    await turn();
    products.push(Float64Array.from(right, (other) => dot(row, other)));
  }
  return products;
}

/** Columns of L as rows, where LLᵀ is the sum of the rows' outer products; a pivot that vanishes leaves a row of zeros. */
async function cholesky(rows: Rows, dimensions: number, turn: Turn): Promise<Float64Array[]> {
  const left = Array.from({ length: dimensions }, () => new Float64Array(dimensions));
  for (const row of rows) {
    await turn();
    for (let i = 0; i < dimensions; i++) {
      for (let j = 0; j <= i; j++) left[i]![j]! += row[i]! * row[j]!;
    }
  }
  const smallest = 1e-14 * left.reduce((most, row, i) => Math.max(most, row[i]!), 0);
  const columns = Array.from({ length: dimensions }, () => new Float64Array(dimensions));
  for (let k = 0; k < dimensions; k++) {
    await turn();
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
