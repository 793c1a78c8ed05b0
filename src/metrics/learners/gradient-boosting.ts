/**
 * Gradient-boosted trees for classification (Friedman 2001, "Greedy function approximation: a gradient boosting
 * machine", algorithms 5 and 6), on histograms, as scikit-learn's `GradientBoostingClassifier`: in each stage a tree
 * per class (one alone for two classes), log loss, class frequencies as the start, every sample and feature in each
 * tree. It differs in that features are put into bins first; with no more distinct values than bins it does the same.
 */

import type { Columns } from "../../base/linear-algebra.ts";
import { binColumns } from "./bins.ts";
import { type Classes, occurringClasses, rowsOf, softmax } from "./problem.ts";
import { type Leaf, type Tree, TreeGrower } from "./regression-tree.ts";

export interface GradientBoostingOptions {
  readonly stages: number;
  /** Of each tree. */
  readonly depth: number;
  readonly learningRate: number;
  /** Of each feature, at most 65 536. */
  readonly bins: number;
  /** Decides between equally good splits. */
  readonly seed: number;
}

export interface BoostedTrees {
  /**
   * `[features]`: the fall of the squared error that each feature brought, summed over all splits and trees and
   * divided by the total (Breiman's "mean decrease in impurity"); all zero when no feature varies.
   */
  readonly importances: Float64Array;
  /** The likeliest class of each row; the lower one of two equally likely. */
  predict(columns: Columns): Classes;
}

/** Throws "data" when there are fewer samples than classes, or one class only. */
export function fitGradientBoosting(
  columns: Columns,
  classes: Classes,
  { stages, depth, learningRate, bins, seed }: GradientBoostingOptions,
): BoostedTrees {
  const occurring = occurringClasses(columns, classes);
  const count = classes.length;
  const grower = new TreeGrower(binColumns(columns, bins), depth, seed);
  // Two classes need one score, the log odds of the second.
  const scored = occurring.length === 2 ? [occurring[1]!] : occurring;
  const start = scored.map((one) => startingScore(classes, one, scored.length));
  const scores = start.map((score) => new Float64Array(count).fill(score));
  const residuals = scored.map(() => new Float64Array(count));
  const trees: Tree[][] = [];
  for (let stage = 0; stage < stages; stage++) {
    negativeGradients(scores, scored, classes, residuals);
    trees.push(
      residuals.map((residual, k) => {
        const { tree, leaves } = grower.grow(residual);
        const one = scores[k]!;
        for (const leaf of leaves) {
          const step = learningRate * newtonStep(residual, grower.order, leaf, scored.length);
          tree.value[leaf.node] = step;
          for (let i = leaf.start; i < leaf.end; i++) one[grower.order[i]!]! += step;
        }
        return tree;
      }),
    );
  }
  const total = grower.importances.reduce((sum, one) => sum + one, 0);
  return {
    importances: grower.importances.map((one) => (total > 0 ? one / total : 0)),
    predict: (given) => predict(given, trees, start, occurring),
  };
}

/** Log frequency of a class, or its log odds when it is the only one scored. */
function startingScore(classes: Classes, one: number, scoredCount: number): number {
  const frequency = classes.reduce((sum, each) => sum + (each === one ? 1 : 0), 0) / classes.length;
  return scoredCount === 1 ? Math.log(frequency / (1 - frequency)) : Math.log(frequency);
}

/** Residuals of the log loss: 1 for the true class, minus the probability by the current scores. */
function negativeGradients(
  scores: readonly Float64Array[],
  scored: readonly number[],
  classes: Classes,
  into: readonly Float64Array[],
): void {
  const count = classes.length;
  if (scored.length === 1) {
    for (let i = 0; i < count; i++) {
      into[0]![i] = (classes[i] === scored[0] ? 1 : 0) - 1 / (1 + Math.exp(-scores[0]![i]!));
    }
    return;
  }
  scores.forEach((score, k) => {
    into[k]!.set(score);
  });
  softmax(into).forEach((residual, k) => {
    const one = scored[k]!;
    for (let i = 0; i < count; i++) residual[i] = (classes[i] === one ? 1 : 0) - residual[i]!;
  });
}

/** One Newton step of the log loss within a leaf (Friedman 2001). */
function newtonStep(
  residual: Float64Array,
  order: Uint32Array,
  { start, end }: Leaf,
  scoredCount: number,
): number {
  let [numerator, denominator] = [0, 0];
  for (let i = start; i < end; i++) {
    const one = residual[order[i]!]!;
    const size = Math.abs(one);
    numerator += one;
    denominator += size * (1 - size);
  }
  if (denominator < 1e-150) return 0;
  const factor = scoredCount === 1 ? 1 : (scoredCount - 1) / scoredCount;
  return (factor * numerator) / denominator;
}

function predict(
  columns: Columns,
  stages: readonly (readonly Tree[])[],
  start: readonly number[],
  classes: readonly number[],
): Classes {
  const count = rowsOf(columns);
  const best = new Float64Array(count).fill(start.length === 1 ? 0 : Number.NEGATIVE_INFINITY);
  const predicted = new Int32Array(count).fill(classes[0]!);
  const score = new Float64Array(count);
  start.forEach((from, k) => {
    score.fill(from);
    for (const stage of stages) addTree(stage[k]!, columns, score);
    const one = start.length === 1 ? classes[1]! : classes[k]!;
    for (let i = 0; i < count; i++) {
      if (score[i]! > best[i]!) {
        best[i] = score[i]!;
        predicted[i] = one;
      }
    }
  });
  return predicted;
}

function addTree({ feature, threshold, left, value }: Tree, columns: Columns, score: Float64Array): void {
  for (let i = 0; i < score.length; i++) {
    let node = 0;
    for (let asked = feature[0]!; asked >= 0; asked = feature[node]!) {
      node = left[node]! + (columns[asked]![i]! <= threshold[node]! ? 0 : 1);
    }
    score[i]! += value[node]!;
  }
}
