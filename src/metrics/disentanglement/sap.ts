/** Separated attribute predictability: how far the best single code is ahead of the second best. */

import { z } from "zod";
import { mean } from "../../base/statistics.ts";
import { correctness, fitLinearSvm } from "../learners/index.ts";
import { metric } from "./metric.ts";
import { bootstrap, Draws, gather, gatherLevels, meanOf, shownFactors, testSamples } from "./sampling.ts";

/**
 * mean over factors of the largest minus the second largest score (Kumar, Sattigeri and Balakrishnan 2018);
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

export const sap = metric({
  name: "sap",
  definition:
    "SAP of Kumar et al. 2018 as in disentanglement_lib: a linear SVM on each code, squared correlation for quantities",
  needs: "factors",
  unit: "share",
  better: "higher",
  chance: "permuted",
  options: z.strictObject({
    C: z.number().positive().default(0.01).describe("weight of the loss, as scikit-learn's C"),
    balanced: z.boolean().default(true).describe("whether classes weigh alike, however frequent they are"),
  }),
  async measure(input, options) {
    const { codes, factors, train, test, seed } = input;
    const [learnt, judged] = [gather(codes, train), gather(codes, test)];
    const levels = factors.levels.map((column) => gatherLevels(column, train));
    const truth = factors.levels.map((column) => gatherLevels(column, test));
    const isQuantity = factors.isContinuous;
    const { shown, remarks } = shownFactors(input);
    const ofShown = (scores: readonly (readonly number[])[]) =>
      scores.map((row) => row.filter((_, k) => shown[k]));
    const numbers = gather(
      factors.values.map((values, k) => (isQuantity[k] ? values : Float64Array.from(factors.levels[k]!))),
      train,
    );
    /** 1 where a linear SVM on one code predicts the class of a test sample: `[codes]` of `[factors]` of `[test]`. */
    const right = learnt.map((code, d) =>
      levels.map((classes, k) => {
        if (isQuantity[k] || !shown[k]) return undefined;
        const model = fitLinearSvm([code], classes, options);
        return correctness(model.predict([judged[d]!]), truth[k]!);
      }),
    );
    const correlate = (rows: Uint32Array) => {
      const targets = gather(numbers, rows);
      return gather(learnt, rows).map((code) => targets.map((factor) => squaredCorrelation(code, factor)));
    };
    const scoresOf = (squared: readonly (readonly number[])[], average: (values: Float64Array) => number) =>
      right.map((row, d) => row.map((values, k) => (values ? average(values) : squared[d]![k]!)));
    const correlations = correlate(train.map((_, i) => i));
    const accuracies = scoresOf(correlations, mean);
    const score = separationOf(ofShown(accuracies));
    const draws = new Draws(seed, "metrics/sap");
    return {
      score,
      parts: {
        accuracies,
        // The variant that takes factors as numbers: much larger values, not to be compared with the score.
        continuous: separationOf(ofShown(correlations)),
        squaredCorrelations: correlations,
      },
      remarks,
      samples: { train: train.length, test: test.length },
      continuousAs: "as numbers, squared correlation on the training samples",
      interval: await bootstrap(score, input, testSamples(test), (rows) => {
        const resampled = isQuantity.includes(true) && correlate(draws.rows(train.length, train.length));
        const again = scoresOf(resampled || correlations, (values) => meanOf(values, rows));
        return separationOf(ofShown(again));
      }),
    };
  },
});
