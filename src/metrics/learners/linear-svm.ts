/**
 * Linear support vector machine by dual coordinate descent (Hsieh et al. 2008, "A dual coordinate descent method
 * for large-scale linear SVM", algorithm 1 with the squared hinge loss). The defaults are those of
 * scikit-learn's `LinearSVC`, pinned here: squared hinge, L2 penalty, a constant feature of 1 as the intercept,
 * which is penalised like the others, one class against the rest.
 *
 * `balanced` weighs as scikit-learn passes it to LIBLINEAR: the positive side of a class's problem weighs
 * samples / (classes · samples of the class), its negative side 1; with two classes each side has its own weight.
 */

import { permutation } from "../../base/random.ts";
import { type Classes, type Columns, occurringClasses, rowsOf } from "./problem.ts";

export interface LinearSvmOptions {
  /** Weight of the loss (default 1). */
  readonly C?: number;
  /** Class weights inversely proportional to frequency (default false). */
  readonly balanced?: boolean;
  /** Spread of the projected gradients at which to stop (default 1e-4). */
  readonly tolerance?: number;
  /** Passes over the samples (default 1000). */
  readonly maxPasses?: number;
}

export interface LinearSvm {
  readonly classes: readonly number[];
  /** `[problems]`, each `[features + 1]`, the intercept last; one problem per class, or one for two classes. */
  readonly weights: readonly Float64Array[];
  predict(columns: Columns): Classes;
}

/** Throws "data" when there are fewer samples than classes, or one class only. */
export function fitLinearSvm(columns: Columns, classes: Classes, options: LinearSvmOptions = {}): LinearSvm {
  const { C = 1, balanced = false, tolerance = 1e-4, maxPasses = 1000 } = options;
  const occurring = occurringClasses(columns, classes);
  const count = classes.length;
  // One shuffled order for all problems: a sorted one would converge slowly.
  const order = permutation(count, { seed: 0, stream: "linear-svm" });
  const width = columns.length + 1;
  const rows = new Float64Array(count * width);
  order.forEach((sample, i) => {
    columns.forEach((column, d) => {
      rows[i * width + d] = column[sample]!;
    });
    rows[i * width + columns.length] = 1;
  });
  const frequency = new Map<number, number>();
  for (const one of classes) frequency.set(one, (frequency.get(one) ?? 0) + 1);
  const weightOf = (one: number) => (balanced ? count / (occurring.length * frequency.get(one)!) : 1);
  const two = occurring.length === 2;
  const weights = (two ? [occurring[1]!] : occurring).map((one) => {
    const signs = Int8Array.from(order, (sample) => (classes[sample] === one ? 1 : -1));
    const positive = C * weightOf(one);
    const negative = C * (two ? weightOf(occurring[0]!) : 1);
    return solve(rows, width, signs, { positive, negative, tolerance, maxPasses });
  });
  return { classes: occurring, weights, predict: (given) => predict(given, weights, occurring) };
}

interface BinaryOptions {
  readonly positive: number;
  readonly negative: number;
  readonly tolerance: number;
  readonly maxPasses: number;
}

/** One binary problem; `rows` is `[samples, width]`. */
function solve(rows: Float64Array, width: number, signs: Int8Array, options: BinaryOptions): Float64Array {
  const count = signs.length;
  const weights = new Float64Array(width);
  const alpha = new Float64Array(count);
  const slack = { positive: 1 / (2 * options.positive), negative: 1 / (2 * options.negative) };
  const diagonal = Float64Array.from({ length: count }, (_, i) => {
    let sum = signs[i]! > 0 ? slack.positive : slack.negative;
    for (let d = i * width; d < (i + 1) * width; d++) sum += rows[d]! * rows[d]!;
    return sum;
  });
  for (let pass = 0; pass < options.maxPasses; pass++) {
    let [largest, smallest] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let i = 0; i < count; i++) {
      const sign = signs[i]!;
      const offset = i * width;
      let product = 0;
      for (let d = 0; d < width; d++) product += weights[d]! * rows[offset + d]!;
      const old = alpha[i]!;
      const gradient = sign * product - 1 + old * (sign > 0 ? slack.positive : slack.negative);
      const projected = old === 0 ? Math.min(gradient, 0) : gradient;
      if (projected > largest) largest = projected;
      if (projected < smallest) smallest = projected;
      if (projected === 0) continue;
      const next = Math.max(old - gradient / diagonal[i]!, 0);
      const step = (next - old) * sign;
      alpha[i] = next;
      for (let d = 0; d < width; d++) weights[d]! += step * rows[offset + d]!;
    }
    if (largest - smallest <= options.tolerance) break;
  }
  return weights;
}

function predict(columns: Columns, weights: readonly Float64Array[], classes: readonly number[]): Classes {
  const decide = (row: Float64Array, i: number): number => {
    let sum = row[columns.length]!;
    for (let d = 0; d < columns.length; d++) sum += row[d]! * columns[d]![i]!;
    return sum;
  };
  return Int32Array.from({ length: rowsOf(columns) }, (_, i) => {
    if (weights.length === 1) return classes[decide(weights[0]!, i) > 0 ? 1 : 0]!;
    let [best, bestScore] = [0, Number.NEGATIVE_INFINITY];
    weights.forEach((row, k) => {
      const score = decide(row, i);
      if (score > bestScore) [best, bestScore] = [k, score];
    });
    return classes[best]!;
  });
}
