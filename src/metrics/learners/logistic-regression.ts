/**
 * Multinomial logistic regression, as scikit-learn's `LogisticRegression` since 0.22: minimises
 *
 *     Σ −w ln p(class | x) + ‖W‖² / 2C
 *
 * with weights w of 1, or inversely proportional to the frequency of the class, the intercepts free of the penalty, features as they come; two classes have one weight vector, more have one
 * each. (Before 0.22 scikit-learn fitted one-against-the-rest with a penalised intercept; scores published with
 * that are others.) scikit-learn stops after 100 iterations; here the minimum is reached.
 */

import type { Columns } from "../../base/linear-algebra.ts";
import { minimize } from "./minimize.ts";
import { type Classes, highest, linearScores, occurringClasses, softmax } from "./problem.ts";

export interface LogisticRegressionOptions {
  /** Inverse strength of the penalty; infinite for none. */
  readonly C: number;
  /** Classes weigh alike, however frequent they are (default false). */
  readonly balanced?: boolean;
  /** Largest entry of the gradient of the mean loss at which to stop (default 1e-5). */
  readonly tolerance?: number;
  /** Default 500. */
  readonly maxIterations?: number;
}

export interface LogisticRegression {
  /** The classes that were seen, in rising order: the meaning of the first index below. */
  readonly classes: readonly number[];
  /** `[classes]`, each `[features + 1]`, the intercept last; with two classes the first is all zero. */
  readonly weights: readonly Float64Array[];
  predict(columns: Columns): Classes;
  /** `[classes]`, each `[rows]`: p(class | x). */
  probabilities(columns: Columns): Float64Array[];
}

/** Throws "data" when there are fewer samples than classes, or one class only. */
export function fitLogisticRegression(
  columns: Columns,
  classes: Classes,
  { C, balanced = false, tolerance = 1e-5, maxIterations = 500 }: LogisticRegressionOptions,
): LogisticRegression {
  const occurring = occurringClasses(columns, classes);
  const position = new Map(occurring.map((one, k) => [one, k]));
  const truth = Int32Array.from(classes, (one) => position.get(one)!);
  const count = classes.length;
  const width = columns.length + 1;
  // The first of two classes keeps weights of zero.
  const fixed = occurring.length === 2 ? 1 : 0;
  const penalty = 1 / (C * count);
  const weightOf = classWeights(truth, occurring.length, balanced);

  const solution = minimize(
    (parameters, gradient) => {
      const weights = split(parameters, width, fixed);
      const probabilities = softmax(linearScores(columns, weights));
      let loss = 0;
      for (let i = 0; i < count; i++) {
        loss -= weightOf[truth[i]!]! * Math.log(Math.max(probabilities[truth[i]!]![i]!, 1e-300));
      }
      loss /= count;
      for (let k = fixed; k < occurring.length; k++) {
        const error = probabilities[k]!;
        for (let i = 0; i < count; i++)
          error[i] = weightOf[truth[i]!]! * (error[i]! - (truth[i] === k ? 1 : 0));
        const offset = (k - fixed) * width;
        for (let d = 0; d < columns.length; d++) {
          const weight = parameters[offset + d]!;
          gradient[offset + d] = product(error, columns[d]!) / count + penalty * weight;
          loss += (penalty * weight * weight) / 2;
        }
        let sum = 0;
        for (let i = 0; i < count; i++) sum += error[i]!;
        gradient[offset + columns.length] = sum / count;
      }
      return loss;
    },
    new Float64Array((occurring.length - fixed) * width),
    { tolerance, maxIterations },
  );

  const weights = split(solution, width, fixed);
  return {
    classes: occurring,
    weights,
    probabilities: (given) => softmax(linearScores(given, weights)),
    predict: (given) => highest(linearScores(given, weights), occurring),
  };
}

/** 1 each, or samples / (classes · samples of the class). */
function classWeights(truth: Int32Array, classes: number, balanced: boolean): Float64Array {
  const weights = new Float64Array(classes);
  for (const one of truth) weights[one]!++;
  return weights.map((samples) => (balanced ? truth.length / (classes * samples) : 1));
}

function split(parameters: Float64Array, width: number, fixed: number): Float64Array[] {
  const rows = Array.from({ length: parameters.length / width }, (_, k) =>
    parameters.subarray(k * width, (k + 1) * width),
  );
  return fixed === 1 ? [new Float64Array(width), ...rows] : rows;
}

function product(a: Float64Array, b: Float32Array | Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
