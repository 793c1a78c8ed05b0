/** Separated attribute predictability: how far the best single code is ahead of the second best. */

import { type Classes, type Columns, correctness, fitLinearSvm, mean } from "../learners/index.ts";
import type { FactorMetric } from "./metric.ts";
import { bootstrap, gather, gatherLevels, meanOf } from "./sampling.ts";

/**
 * mean over factors of the largest minus the second largest score (Kumar, Sattigeri and Balakrishnan 2018, §3);
 * a single code has no second and its gap is its score.
 *
 * @param scores `[codes]` of `[factors]`
 */
export function separationOf(scores: readonly (readonly number[])[]): number {
  const gaps = scores[0]!.map((_, k) => {
    const [first = 0, second = 0] = scores.map((row) => row[k]!).sort((a, b) => b - a);
    return first - second;
  });
  return mean(gaps);
}

/** Squared Pearson correlation; 0 where the code or the factor is constant. */
export function squaredCorrelation(code: ArrayLike<number>, factor: ArrayLike<number>): number {
  const [middle, other] = [mean(code), mean(factor)];
  let [cross, own, their] = [0, 0, 0];
  for (let i = 0; i < code.length; i++) {
    const [a, b] = [code[i]! - middle, factor[i]! - other];
    cross += a * b;
    own += a * a;
    their += b * b;
  }
  return own / code.length > 1e-12 && their > 0 ? (cross * cross) / (own * their) : 0;
}

/** 1 where a linear SVM on one code predicts the factor of a test sample: `[codes]` of `[factors]` of `[test]`. */
function predictability(
  learnt: Columns,
  levels: readonly Classes[],
  judged: Columns,
  truth: readonly Classes[],
): Float64Array[][] {
  return learnt.map((code, d) =>
    levels.map((factor, k) => {
      const model = fitLinearSvm([code], factor, { C: 0.01, balanced: true });
      return correctness(model.predict([judged[d]!]), truth[k]!);
    }),
  );
}

export const sap: FactorMetric = {
  name: "sap",
  definition:
    "SAP of Kumar et al. 2018 as in disentanglement_lib: factors as classes, linear SVM on each code",
  needs: "factors",
  unit: "share",
  better: "higher",
  measure({ codes, factors, train, test, seed, replicates }) {
    const learnt = gather(codes, train);
    const levels = factors.levels.map((column) => gatherLevels(column, train));
    const truth = factors.levels.map((column) => gatherLevels(column, test));
    const right = predictability(learnt, levels, gather(codes, test), truth);
    const scores = right.map((row) => row.map(mean));
    const score = separationOf(scores);
    const correlations = learnt.map((code) => levels.map((factor) => squaredCorrelation(code, factor)));
    return {
      score,
      parts: {
        accuracies: scores,
        // The variant that takes factors as numbers: much larger values, not to be compared with the score.
        continuous: separationOf(correlations),
        squaredCorrelations: correlations,
      },
      settings: { C: 0.01, balanced: true, factorsAs: "classes" },
      samples: { train: train.length, test: test.length },
      interval: bootstrap(
        score,
        { count: test.length, replicates, seed, resampled: "test samples, classifiers kept" },
        (rows) => separationOf(right.map((row) => row.map((values) => meanOf(values, rows)))),
      ),
    };
  },
};
