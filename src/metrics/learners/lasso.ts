/**
 * Lasso by cyclic coordinate descent (Friedman, Hastie and Tibshirani 2010, "Regularization paths for generalized
 * linear models via coordinate descent", §2.2): minimises, as scikit-learn's `Lasso` does,
 *
 *     ‖y − Xw − b‖² / 2n + α‖w‖₁
 *
 * with the intercept b free. Many targets share one matrix of inner products, so a fit costs next to nothing.
 */

import { type Columns, centred, dot } from "../../base/linear-algebra.ts";
import { rowsOf } from "./problem.ts";

export interface LassoOptions {
  /** Weight of the penalty. */
  readonly alpha: number;
  /** Largest change of a coefficient in a pass at which to stop (default 1e-8). */
  readonly tolerance?: number;
  /** Default 10 000. */
  readonly maxPasses?: number;
}

/** Coefficients of each target, `[targets]`, each `[features]`. */
export function fitLasso(features: Columns, targets: Columns, options: LassoOptions): Float64Array[] {
  const { alpha, tolerance = 1e-8, maxPasses = 10_000 } = options;
  const count = rowsOf(features);
  const x = centred(features);
  const gram = x.map((a) => x.map((b) => dot(a, b) / count));
  return targets.map((target) => {
    const y = centred([target])[0]!;
    const coefficients = new Float64Array(x.length);
    // rest[d] = x_d · (y − Xw) / n, kept up to date as coefficients change.
    const rest = x.map((column) => dot(column, y) / count);
    for (let pass = 0; pass < maxPasses; pass++) {
      let largest = 0;
      for (let d = 0; d < x.length; d++) {
        const square = gram[d]![d]!;
        if (square === 0) continue;
        const old = coefficients[d]!;
        const pull = rest[d]! + square * old;
        const next = (Math.sign(pull) * Math.max(Math.abs(pull) - alpha, 0)) / square;
        const change = next - old;
        if (change === 0) continue;
        coefficients[d] = next;
        for (let e = 0; e < x.length; e++) rest[e]! -= change * gram[e]![d]!;
        largest = Math.max(largest, Math.abs(change));
      }
      if (largest <= tolerance) break;
    }
    return coefficients;
  });
}
