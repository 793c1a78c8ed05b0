/**
 * Linear support vector machine, as scikit-learn's `LinearSVC`: squared hinge, L2 penalty, a constant feature of 1 as the intercept, which is penalised like the others, one class against the
 * rest. Minimises
 *
 *     ½‖w‖² + Σ Cᵢ max(0, 1 − yᵢ w·xᵢ)²
 *
 * LIBLINEAR, behind `LinearSVC`, descends the dual coordinate by coordinate (Hsieh et al. 2008) and on a single
 * feature of large values stops at 1000 passes without having arrived; the minimum is unique, and with few features
 * Newton's method on the primal (Keerthi and DeCoste 2005, "A modified finite Newton method for fast solution of
 * large scale linear SVMs") reaches it in about ten passes.
 *
 * `balanced` weighs as scikit-learn passes it to LIBLINEAR: the positive side of a class's problem weighs
 * samples / (classes · samples of the class), its negative side 1; with two classes each side has its own weight.
 */

import type { Columns } from "../../base/linear-algebra.ts";
import { type Classes, highest, linearScores, occurringClasses } from "./problem.ts";

export interface LinearSvmOptions {
  /** Weight of the loss. */
  readonly C: number;
  /** Class weights inversely proportional to frequency. */
  readonly balanced: boolean;
  /** Newton steps at most (default 100). */
  readonly maxSteps?: number;
}

export interface LinearSvm {
  readonly classes: readonly number[];
  /** `[problems]`, each `[features + 1]`, the intercept last; one problem per class, or one for two classes. */
  readonly weights: readonly Float64Array[];
  predict(columns: Columns): Classes;
}

/** Throws "data" when there are fewer samples than classes, or one class only. */
export function fitLinearSvm(
  columns: Columns,
  classes: Classes,
  { C, balanced, maxSteps = 100 }: LinearSvmOptions,
): LinearSvm {
  const occurring = occurringClasses(columns, classes);
  const count = classes.length;
  const features: Columns = [...columns, new Float64Array(count).fill(1)];
  const frequency = new Map<number, number>();
  for (const one of classes) frequency.set(one, (frequency.get(one) ?? 0) + 1);
  const weightOf = (one: number) => (balanced ? count / (occurring.length * frequency.get(one)!) : 1);
  const two = occurring.length === 2;
  const weights = (two ? [occurring[1]!] : occurring).map((one) => {
    const signs = Int8Array.from(classes, (each) => (each === one ? 1 : -1));
    const positive = C * weightOf(one);
    const negative = C * (two ? weightOf(occurring[0]!) : 1);
    return solve(features, signs, { positive, negative, maxSteps });
  });
  // The one problem of two classes is that of the second: the first scores 0.
  const scored = two ? [new Float64Array(columns.length + 1), ...weights] : weights;
  return {
    classes: occurring,
    weights,
    predict: (given) => highest(linearScores(given, scored), occurring),
  };
}

interface BinaryOptions {
  readonly positive: number;
  readonly negative: number;
  readonly maxSteps: number;
}

/** One binary problem; the last feature is the constant. */
function solve(features: Columns, signs: Int8Array, options: BinaryOptions): Float64Array {
  const width = features.length;
  const weights = new Float64Array(width);
  let scores = new Float64Array(signs.length);
  let value = objective(weights, scores, signs, options);
  for (let step = 0; step < options.maxSteps; step++) {
    const { gradient, hessian } = derivatives(features, weights, scores, signs, options);
    const direction = solvePositive(hessian, gradient);
    let slope = 0;
    for (let d = 0; d < width; d++) slope -= direction[d]! * gradient[d]!;
    // The Newton decrement, relative to the value: what a further step can gain at most.
    if (-slope <= 1e-14 * value) break;
    const change = new Float64Array(signs.length);
    features.forEach((column, d) => {
      const weight = direction[d]!;
      for (let i = 0; i < change.length; i++) change[i]! -= weight * column[i]!;
    });
    // Piecewise quadratic: the full step is the last one; before, halving it comes down far enough.
    for (let length = 1; length > 1e-10; length /= 2) {
      const next = weights.map((weight, d) => weight - length * direction[d]!);
      const nextScores = scores.map((score, i) => score + length * change[i]!);
      const nextValue = objective(next, nextScores, signs, options);
      if (nextValue <= value + 1e-4 * length * slope || length < 1e-9) {
        weights.set(next);
        scores = nextScores;
        value = nextValue;
        break;
      }
    }
  }
  return weights;
}

function objective(
  weights: Float64Array,
  scores: Float64Array,
  signs: Int8Array,
  { positive, negative }: BinaryOptions,
): number {
  let value = 0;
  for (const weight of weights) value += (weight * weight) / 2;
  for (let i = 0; i < scores.length; i++) {
    const sign = signs[i]!;
    const miss = 1 - sign * scores[i]!;
    if (miss > 0) value += (sign > 0 ? positive : negative) * miss * miss;
  }
  return value;
}

/** Of the samples within the margin; the others have none. */
function derivatives(
  features: Columns,
  weights: Float64Array,
  scores: Float64Array,
  signs: Int8Array,
  { positive, negative }: BinaryOptions,
) {
  const width = features.length;
  const gradient = weights.slice();
  const hessian = Array.from({ length: width }, (_, d) => {
    const row = new Float64Array(width);
    row[d] = 1;
    return row;
  });
  const curvature = new Float64Array(scores.length);
  for (let i = 0; i < scores.length; i++) {
    const sign = signs[i]!;
    if (sign * scores[i]! < 1) curvature[i] = 2 * (sign > 0 ? positive : negative);
  }
  features.forEach((a, d) => {
    let pull = 0;
    for (let i = 0; i < a.length; i++) pull += curvature[i]! * (scores[i]! - signs[i]!) * a[i]!;
    gradient[d]! += pull;
    for (let e = 0; e <= d; e++) {
      const b = features[e]!;
      let sum = 0;
      for (let i = 0; i < a.length; i++) sum += curvature[i]! * a[i]! * b[i]!;
      hessian[d]![e]! += sum;
      if (e !== d) hessian[e]![d]! += sum;
    }
  });
  return { gradient, hessian };
}

/** x of A·x = b for a positive definite A, by Gaussian elimination without pivots; A is used up. */
function solvePositive(matrix: Float64Array[], right: Float64Array): Float64Array {
  const x = right.slice();
  const size = x.length;
  for (let p = 0; p < size; p++) {
    for (let row = p + 1; row < size; row++) {
      const factor = matrix[row]![p]! / matrix[p]![p]!;
      for (let column = p; column < size; column++) matrix[row]![column]! -= factor * matrix[p]![column]!;
      x[row]! -= factor * x[p]!;
    }
  }
  for (let p = size - 1; p >= 0; p--) {
    for (let column = p + 1; column < size; column++) x[p]! -= matrix[p]![column]! * x[column]!;
    x[p]! /= matrix[p]![p]!;
  }
  return x;
}
