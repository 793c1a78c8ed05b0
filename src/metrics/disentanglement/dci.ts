/** Disentanglement, completeness and informativeness: is each factor predicted from one code, each code of use for one? */

import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import type { Columns } from "../../base/linear-algebra.ts";
import {
  accuracy,
  type BoostedTrees,
  type Classes,
  fitGradientBoosting,
  type GradientBoostingOptions,
} from "../learners/index.ts";
import { type CodesInput, metric } from "./metric.ts";
import { bootstrap, gather, gatherLevels } from "./sampling.ts";

/** Added to importances before they become a distribution, as disentanglement_lib does. */
const EPSILON = 1e-11;

/** 1 − entropy of each row's distribution, in the base of its length; rows weighted by their share of the whole. */
function concentration(rows: readonly (readonly number[])[]): number {
  const sums = rows.map((row) => row.reduce((sum, one) => sum + one, 0));
  const total = sums.reduce((sum, one) => sum + one, 0);
  return rows.reduce((score, row, i) => {
    const weight = total === 0 ? 1 / rows.length : sums[i]! / total;
    const whole = sums[i]! + EPSILON * row.length;
    const entropy = row.reduce((sum, one) => {
      const share = (one + EPSILON) / whole;
      return sum - share * Math.log(share);
    }, 0);
    // Of one alternative there is no entropy, and its base is no base: it is fully concentrated if it counts.
    const spread = row.length === 1 ? (sums[i] === 0 ? 1 : 0) : entropy / Math.log(row.length);
    return score + weight * (1 - spread);
  }, 0);
}

/**
 * Mean over codes, weighted by their importance, of 1 − entropy over factors (Eastwood and Williams 2018, §2).
 *
 * @param importances R, `[codes]` of `[factors]`, not negative; all zero scores 0
 *
 * Throws "data" for a single factor: every code would be disentangled.
 */
export function disentanglementOf(importances: readonly (readonly number[])[]): number {
  const factorCount = importances[0]?.length ?? 0;
  if (factorCount < 2) {
    throw new BetalabError("data", `disentanglement of ${factorCount} factor: it needs at least two`);
  }
  return clamp(concentration(importances));
}

/** Mean over factors, weighted by their importance, of 1 − entropy over codes. */
export function completenessOf(importances: readonly (readonly number[])[]): number {
  const transposed = importances[0]!.map((_, k) => importances.map((row) => row[k]!));
  return clamp(concentration(transposed));
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

/** Trees from codes to each factor: their importances, `[codes]` of `[factors]`, and the trees. */
async function fitTrees(
  codes: Columns,
  factors: readonly Classes[],
  options: GradientBoostingOptions,
  pause: CodesInput["pause"],
) {
  const trees: BoostedTrees[] = [];
  for (const levels of factors) {
    await pause();
    trees.push(fitGradientBoosting(codes, levels, options));
  }
  return { trees, importances: codes.map((_, d) => trees.map((model) => model.importances[d]!)) };
}

const treeOptions = {
  trees: z.int().min(1).default(100).describe("boosting rounds"),
  depth: z.int().min(1).max(16).default(3).describe("of each tree"),
  learningRate: z.number().gt(0).max(1).default(0.1).describe("by which each tree's step is shrunk"),
  bins: z.int().min(2).max(65_536).default(1024).describe("of each code, that splits are sought between"),
};

export const dci = metric({
  name: "dci",
  definition:
    "DCI disentanglement of Eastwood and Williams 2018 as in disentanglement_lib: gradient-boosted trees",
  needs: "factors",
  unit: "share",
  better: "higher",
  // Refits are slow: few of them, each on a part of the samples, with coarser bins.
  options: z.strictObject({
    ...treeOptions,
    refits: z
      .int()
      .min(2)
      .default(10)
      .describe("replicates of the interval at most, trees fitted again for each"),
    refitShare: z.number().gt(0).max(1).default(0.25).describe("of the training samples in a refit"),
    refitBins: treeOptions.bins.default(256).describe("of each code in a refit"),
  }),
  async measure({ codes, factors, train, test, seed, replicates, pause }, options) {
    const { trees: count, depth, learningRate, bins, refits, refitShare, refitBins } = options;
    const growth = { seed, trees: count, depth, learningRate };
    const learnt = gather(codes, train);
    const judged = gather(codes, test);
    const levels = factors.levels.map((column) => gatherLevels(column, train));
    const truth = factors.levels.map((column) => gatherLevels(column, test));
    const { trees, importances } = await fitTrees(learnt, levels, { ...growth, bins }, pause);
    const score = disentanglementOf(importances);
    const accuracies = (given: Columns, wanted: readonly Classes[]) =>
      trees.map((model, k) => accuracy(model.predict(given), wanted[k]!));
    const perFactor = accuracies(judged, truth);
    const perFactorTrain = accuracies(learnt, levels);
    const average = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
    return {
      score,
      parts: {
        disentanglement: score,
        completeness: completenessOf(importances),
        informativeness: average(perFactor),
        informativenessTrain: average(perFactorTrain),
        accuracyPerFactor: perFactor,
        importances,
      },
      samples: { train: train.length, test: test.length },
      interval: await bootstrap(
        score,
        {
          count: train.length,
          size: Math.max(1, Math.round(train.length * refitShare)),
          replicates: Math.min(replicates, refits),
          seed,
          resampled: "training samples, trees refitted",
        },
        async (rows) => {
          const some = levels.map((column) => gatherLevels(column, rows));
          const refitted = await fitTrees(gather(learnt, rows), some, { ...growth, bins: refitBins }, pause);
          return disentanglementOf(refitted.importances);
        },
      ),
    };
  },
});
