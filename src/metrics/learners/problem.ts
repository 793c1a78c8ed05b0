/**
 * What every learner here takes: features as columns, classes as whole numbers from 0. The learners know nothing
 * of models, factors or metrics.
 */

import { BetalabError } from "../../base/errors.ts";
import { plural } from "../../base/format.ts";
import type { Columns } from "../../base/linear-algebra.ts";
import { mean } from "../../base/statistics.ts";

/** Class of each sample, `[samples]`; whole numbers from 0; some may not occur. */
export type Classes = Int32Array;

/** Samples in a table of columns. */
export const rowsOf = (columns: Columns): number => columns[0]?.length ?? 0;

/**
 * The classes that occur, in rising order.
 *
 * Throws "data" when the columns differ in length, when there are fewer samples than classes, or when there is
 * only one class: there is nothing to learn then.
 */
export function occurringClasses(columns: Columns, classes: Classes): number[] {
  const count = classes.length;
  const odd = columns.find((column) => column.length !== count);
  if (odd) throw new Error(`internal: ${count} classes for a column of ${odd.length} values`);
  const occurring = [...new Set(classes)].sort((a, b) => a - b);
  const declared = (occurring.at(-1) ?? -1) + 1;
  if (count < declared) {
    throw new BetalabError(
      "data",
      `${plural(count, "sample")} for ${declared} classes: a classifier needs at least one for each`,
      "draw more samples",
    );
  }
  if (occurring.length < 2) {
    throw new BetalabError(
      "data",
      `${count === 1 ? "the only sample is" : `all ${count} samples are`} of one class: there is nothing to learn`,
    );
  }
  return occurring;
}

/** The share of equal entries. */
export function accuracy(predicted: ArrayLike<number>, truth: Classes): number {
  return mean(correctness(predicted, truth));
}

/** 1 where the prediction is right, else 0. */
export function correctness(predicted: ArrayLike<number>, truth: Classes): Float64Array {
  return Float64Array.from(truth, (wanted, i) => (predicted[i] === wanted ? 1 : 0));
}

/** W·x + b: `[weights]`, each `[rows]`; of each row of weights the last is the intercept. */
export function linearScores(columns: Columns, weights: readonly Float64Array[]): Float64Array[] {
  const count = rowsOf(columns);
  return weights.map((row) => {
    const score = new Float64Array(count).fill(row[columns.length]!);
    columns.forEach((column, d) => {
      const weight = row[d]!;
      for (let i = 0; i < count; i++) score[i]! += weight * column[i]!;
    });
    return score;
  });
}

/** The class of the highest score, `[classes]` of `[rows]`; the lower one of two. */
export function highest(scores: readonly Float64Array[], classes: readonly number[]): Classes {
  return Int32Array.from(scores[0]!, (_, i) => {
    let best = 0;
    for (let k = 1; k < scores.length; k++) if (scores[k]![i]! > scores[best]![i]!) best = k;
    return classes[best]!;
  });
}

/** Probabilities of scores, class by class, in place. */
export function softmax<L extends readonly Float64Array[]>(scores: L): L {
  const largest = scores[0]!.slice();
  for (const score of scores) {
    for (let i = 0; i < score.length; i++) if (score[i]! > largest[i]!) largest[i] = score[i]!;
  }
  const sums = new Float64Array(largest.length);
  for (const score of scores) {
    for (let i = 0; i < score.length; i++) {
      const value = Math.exp(score[i]! - largest[i]!);
      score[i] = value;
      sums[i]! += value;
    }
  }
  for (const score of scores) for (let i = 0; i < score.length; i++) score[i]! /= sums[i]!;
  return scores;
}
