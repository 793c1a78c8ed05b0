/** Interventional robustness: how much a code moves at most while the factor that it stands for is held. */

import { z } from "zod";
import type { Columns } from "../../base/linear-algebra.ts";
import { largest, mean } from "../../base/statistics.ts";
import { discretize, type Levels } from "./information.ts";
import { metric } from "./metric.ts";
import { binsOption } from "./options.ts";
import { quantile } from "./quantile.ts";
import { bootstrap, gather, gatherLevels } from "./sampling.ts";

/**
 * Suter et al. 2019, "Robustly disentangled causal mechanisms", with the quantile in place of the maximum that
 * disentanglement_lib takes: for each code and factor the mean over levels of a high quantile (`share`) of |z − mean of
 * z at the level|, divided by the code's largest |z − mean of z|; a code scores by its best factor, and codes are
 * weighted by that largest deviation. Constant codes are left out; with no other the score is 0.
 *
 * @param factors levels, `[factors]` of `[samples]`
 */
export function robustnessOf(
  codes: Columns,
  factors: readonly Levels[],
  share: number,
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
  const perCode = matrix.map((row) => largest(row));
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

export const irs = metric({
  name: "irs",
  definition:
    "IRS of Suter et al. 2019 as in disentanglement_lib: a percentile of the deviations, binned factors",
  needs: "factors",
  fixesFactors: true,
  unit: "share",
  better: "higher",
  chance: "permuted",
  options: z.strictObject({
    quantile: z
      .number()
      .gt(0)
      .max(1)
      .default(0.99)
      .describe("of the deviations at a level, in place of the largest"),
    bins: binsOption.describe("equal-width bins of each factor"),
  }),
  async measure(input, { bins, quantile: share }) {
    const { codes, factors, train } = input;
    const taken = gather(codes, train);
    const levels = factors.levels.map((column) => discretize(gatherLevels(column, train), bins));
    const { score, perCode, matrix } = robustnessOf(taken, levels, share);
    return {
      score,
      parts: { perCode, robustness: matrix },
      samples: { train: train.length },
      interval: await bootstrap(
        score,
        input,
        {},
        (rows) =>
          robustnessOf(
            gather(taken, rows),
            levels.map((column) => gatherLevels(column, rows)),
            share,
          ).score,
      ),
    };
  },
});
