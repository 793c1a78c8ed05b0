/** Separated attribute predictability: how far the best single code is ahead of the second best. */

import { z } from "zod";
import type { Columns } from "../../base/linear-algebra.ts";
import { mean } from "../../base/statistics.ts";
import { type Classes, correctness, fitLinearSvm, type LinearSvmOptions } from "../learners/index.ts";
import { metric } from "./metric.ts";
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
  options: LinearSvmOptions,
): Float64Array[][] {
  return learnt.map((code, d) =>
    levels.map((factor, k) => {
      const model = fitLinearSvm([code], factor, options);
      return correctness(model.predict([judged[d]!]), truth[k]!);
    }),
  );
}

export const sap = metric({
  name: "sap",
  definition:
    "SAP of Kumar et al. 2018 as in disentanglement_lib: factors as classes, linear SVM on each code",
  needs: "factors",
  unit: "share",
  better: "higher",
  options: z.strictObject({
    C: z.number().positive().default(0.01).describe("weight of the loss, as scikit-learn's C"),
    balanced: z.boolean().default(true).describe("whether classes weigh alike, however frequent they are"),
  }),
  async measure({ codes, factors, train, test, seed, replicates, pause }, options) {
    const learnt = gather(codes, train);
    const levels = factors.levels.map((column) => gatherLevels(column, train));
    const truth = factors.levels.map((column) => gatherLevels(column, test));
    const right = predictability(learnt, levels, gather(codes, test), truth, options);
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
      samples: { train: train.length, test: test.length },
      interval: await bootstrap(
        score,
        { count: test.length, replicates, seed, pause, resampled: "test samples, classifiers kept" },
        (rows) => separationOf(right.map((row) => row.map((values) => meanOf(values, rows)))),
      ),
    };
  },
});
