/** What each code contributes to the prediction of each factor, by a learner of one's choice: the R of DCI. */

import { z } from "zod";
import type { Columns } from "../../base/linear-algebra.ts";
import { mean } from "../../base/statistics.ts";
import { accuracy, fitForest, fitGradientBoosting, fitLasso } from "../learners/index.ts";
import type { FactorTable } from "./factor-table.ts";
import { learnOccurring } from "./occurring.ts";
import { boostingOptions, forestOptions } from "./options.ts";
import { gather, gatherLevels } from "./sampling.ts";
import { standardize, standardizeLike } from "./standardize.ts";

export const importanceOptions = {
  learner: z
    .enum(["boosting", "forest", "lasso"])
    .default("boosting")
    .describe("boosted trees on classes, a random forest, or a lasso on factors as numbers"),
  ...boostingOptions,
  ...forestOptions,
  alpha: z
    .number()
    .nonnegative()
    .default(0.02)
    .describe("weight of the lasso's penalty, codes and factors standardised"),
};

export type ImportanceOptions = z.output<z.ZodObject<typeof importanceOptions>>;

export interface Importances {
  /** How much each code counts for the factor: `[codes]`, not negative; all zero where the samples show one level only. */
  readonly importances: ArrayLike<number>;
  /** Of each table that was asked about: the share of right classes, or R² of numbers. */
  readonly quality: readonly number[];
}

/** Codes with the rows that they are of. */
export interface Sample {
  readonly codes: Columns;
  readonly rows: Uint32Array;
}

/** Learns factor `k` from a sample of codes, and is judged by others. */
export function importancesOf(
  learnt: Sample,
  judged: readonly Sample[],
  factors: FactorTable,
  k: number,
  {
    learner,
    trees,
    depth,
    learningRate,
    bins,
    forestDepth,
    alpha,
    seed,
  }: ImportanceOptions & { seed: number },
): Importances {
  const levelsOf = ({ rows }: Sample) => gatherLevels(factors.levels[k]!, rows);
  const numbersOf = ({ rows }: Sample) => gather([factors.values[k]!], rows)[0] as Float64Array;
  if (learner === "boosting") {
    const options = { stages: trees, depth, learningRate, bins, seed };
    const model = learnOccurring(
      (columns, classes) => fitGradientBoosting(columns, classes, options),
      learnt.codes,
      levelsOf(learnt),
    );
    const quality = judged.map((one) => accuracy(model.predict(one.codes), levelsOf(one)));
    return { importances: model.learnt?.importances ?? new Float64Array(learnt.codes.length), quality };
  }
  if (learner === "forest") {
    const isNumber = factors.isContinuous[k]!;
    const { importances, predicted } = fitForest(
      learnt.codes,
      isNumber ? numbersOf(learnt) : levelsOf(learnt),
      judged.map(({ codes }) => codes),
      { trees, depths: [forestDepth], seed },
    );
    const quality = judged.map((one, i) => {
      const [answers] = predicted[i]!;
      return isNumber ? determination(answers!, numbersOf(one)) : accuracy(answers!, levelsOf(one));
    });
    return { importances, quality };
  }
  const codes = standardize(learnt.codes);
  const target = standardize([numbersOf(learnt)]);
  const [coefficients] = fitLasso(codes.columns, target.columns, { alpha });
  const quality = judged.map((one) => {
    const columns = standardizeLike(one.codes, codes.means, codes.deviations);
    const answers = new Float64Array(one.rows.length);
    for (const [d, column] of columns.entries()) {
      for (let i = 0; i < answers.length; i++) answers[i]! += coefficients![d]! * column[i]!;
    }
    return determination(answers, standardizeLike([numbersOf(one)], target.means, target.deviations)[0]!);
  });
  return { importances: coefficients!.map(Math.abs), quality };
}

/** R², 1 − Σ(prediction − truth)² / Σ(truth − mean)²; 0 where the truth does not vary. */
export function determination(predicted: ArrayLike<number>, truth: ArrayLike<number>): number {
  const middle = mean(truth);
  let [rest, whole] = [0, 0];
  for (let i = 0; i < truth.length; i++) {
    rest += (predicted[i]! - truth[i]!) ** 2;
    whole += (truth[i]! - middle) ** 2;
  }
  return whole > 0 ? 1 - rest / whole : 0;
}
