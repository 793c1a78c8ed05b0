/** Interventional robustness: how much a code moves at most while the factor that it stands for is held. */

import type { Columns } from "../learners/index.ts";
import { mean } from "../learners/index.ts";
import { discretize, type Levels } from "./information.ts";
import type { FactorMetric } from "./metric.ts";
import { quantile } from "./quantile.ts";
import { bootstrap, gather, gatherLevels } from "./sampling.ts";

const QUANTILE = 0.99;
const BINS = 20;

/**
 * Suter et al. 2019, "Robustly disentangled causal mechanisms", with the quantile in place of the maximum that
 * disentanglement_lib takes: for each code and factor the mean over levels of the 99th percentile of |z − mean of
 * z at the level|, divided by the code's largest |z − mean of z|; a code scores by its best factor, and codes are
 * weighted by that largest deviation. Constant codes are left out; with no other the score is 0.
 *
 * @param factors levels, `[factors]` of `[samples]`
 */
export function robustnessOf(
  codes: Columns,
  factors: readonly Levels[],
  share = QUANTILE,
): { score: number; perCode: number[]; matrix: number[][] } {
  const deviations = codes.map((code) => {
    const middle = mean(code);
    let most = 0;
    for (let i = 0; i < code.length; i++) most = Math.max(most, Math.abs(code[i]! - middle));
    // Rounding of the mean is no movement.
    return most > 1e-12 * Math.abs(middle) ? most : 0;
  });
  const groups = factors.map(groupByLevel);
  const matrix = codes.map((code, d) =>
    groups.map((levels) => {
      if (deviations[d] === 0) return 0;
      const quantiles = levels.map((rows) => {
        // A loop: `from` with a function is ten times slower, and this runs for every replicate.
        const values = new Float64Array(rows.length);
        for (let i = 0; i < rows.length; i++) values[i] = code[rows[i]!]!;
        const middle = mean(values);
        for (let i = 0; i < values.length; i++) values[i] = Math.abs(values[i]! - middle);
        return quantile(values, share);
      });
      return 1 - mean(quantiles) / deviations[d]!;
    }),
  );
  const perCode = matrix.map((row) => Math.max(...row));
  const total = deviations.reduce((sum, one) => sum + one, 0);
  const score = total === 0 ? 0 : perCode.reduce((sum, one, d) => sum + one * deviations[d]!, 0) / total;
  return { score, perCode, matrix };
}

/** The rows of each level that occurs. */
function groupByLevel(levels: Levels): number[][] {
  const groups: number[][] = [];
  levels.forEach((level, row) => {
    groups[level] ??= [];
    groups[level].push(row);
  });
  return groups.filter((rows) => rows !== undefined);
}

export const irs: FactorMetric = {
  name: "irs",
  definition:
    "IRS of Suter et al. 2019 as in disentanglement_lib: 99th percentile, factors in at most 20 bins",
  needs: "factors",
  unit: "share",
  better: "higher",
  measure({ codes, factors, train, seed, replicates }) {
    const taken = gather(codes, train);
    const levels = factors.levels.map((column) => discretize(gatherLevels(column, train), BINS));
    const { score, perCode, matrix } = robustnessOf(taken, levels);
    return {
      score,
      parts: { perCode, robustness: matrix },
      settings: { quantile: QUANTILE, bins: BINS },
      samples: { train: train.length },
      interval: bootstrap(
        score,
        { count: train.length, replicates, seed, resampled: "samples" },
        (rows) =>
          robustnessOf(
            gather(taken, rows),
            levels.map((column) => gatherLevels(column, rows)),
          ).score,
      ),
    };
  },
};
