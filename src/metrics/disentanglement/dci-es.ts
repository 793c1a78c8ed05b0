/** DCI-ES: how much capacity a probe needs to use the codes, and how many codes there are for each factor. */

import { z } from "zod";
import { plural } from "../../base/format.ts";
import { mean } from "../../base/statistics.ts";
import { accuracy, fitForest } from "../learners/index.ts";
import { determination } from "./importances.ts";
import { metric } from "./metric.ts";
import { refitOptions } from "./options.ts";
import { bootstrap, gather, gatherLevels } from "./sampling.ts";

/**
 * 1 − area under the loss–capacity curve over that of a loss that falls in a straight line from the baseline to zero
 * (Eastwood et al. 2023, with a best possible loss of 0 as in the authors' code): 1 where the least capacity is
 * enough, about 0 where the loss falls evenly. The area is that above the least loss that was reached.
 *
 * @param capacities rising, two at least
 * @param losses at each; the best loss of up to a capacity counts there
 * @param baseline the loss of a probe that does not look at the codes
 */
export function explicitnessOf(
  capacities: readonly number[],
  losses: readonly number[],
  baseline: number,
): number {
  let least = Number.POSITIVE_INFINITY;
  const best = losses.map((loss) => {
    least = Math.min(least, loss);
    return least;
  });
  let area = 0;
  for (let t = 1; t < capacities.length; t++) {
    area += ((best[t - 1]! + best[t]!) / 2 - least) * (capacities[t]! - capacities[t - 1]!);
  }
  return 1 - (2 * area) / ((capacities.at(-1)! - capacities[0]!) * baseline);
}

export const dciEs = metric({
  name: "dci-es",
  definition:
    "explicitness of Eastwood et al. 2023 (DCI-ES): area under the loss of a random forest by its depth; the size, factors over latents, beside",
  needs: "factors",
  unit: "share",
  better: "higher",
  chance: "permuted",
  options: z.strictObject({
    depths: z
      .array(z.int().min(1).max(64))
      .min(2)
      .refine((depths) => new Set(depths).size > 1, "two different depths at least")
      .default([1, 2, 3, 4, 8, 10, 12, 14, 16, 18, 20, 32])
      .describe("of the forest's trees: the capacities"),
    forestTrees: z.int().min(1).max(10_000).default(100).describe("of the forest"),
    ...refitOptions,
    refits: refitOptions.refits.describe("replicates of the interval at most, forests grown again for each"),
  }),
  async measure(input, { depths, forestTrees, refits, refitShare }) {
    const { codes, factors, train, test, seed, pause } = input;
    const capacities = [...new Set(depths)].sort((a, b) => a - b);
    const judged = gather(codes, test);
    /** `[factors]` of `[depths]`: the share of wrong classes, or 1 − R² of a quantity. */
    const lossesOf = async (rows: Uint32Array) => {
      const learnt = gather(codes, rows);
      const losses: number[][] = [];
      for (const [k, levels] of factors.levels.entries()) {
        await pause();
        const isNumber = factors.isContinuous[k]!;
        const values = gather([factors.values[k]!], rows)[0] as Float64Array;
        const target = isNumber ? values : gatherLevels(levels, rows);
        const { predicted } = fitForest(learnt, target, [judged], {
          trees: forestTrees,
          depths: capacities,
          seed,
        });
        const [wanted, truth] = [gather([factors.values[k]!], test)[0]!, gatherLevels(levels, test)];
        losses.push(
          predicted[0]!.map(
            (answers) => 1 - (isNumber ? determination(answers, wanted) : accuracy(answers, truth)),
          ),
        );
      }
      return losses;
    };
    // A probe that does not look guesses a class, or says the mean.
    const baselines = factors.sizes.map((size, k) => (factors.isContinuous[k] ? 1 : 1 - 1 / size));
    const scoresOf = (losses: readonly (readonly number[])[]) =>
      losses.map((own, k) => explicitnessOf(capacities, own, baselines[k]!));
    const losses = await lossesOf(train);
    const perFactor = scoresOf(losses);
    const score = mean(perFactor);
    const size = factors.names.length / codes.length;
    return {
      score,
      parts: { perFactor, size, depths: capacities, losses },
      samples: { train: train.length, test: test.length },
      continuousAs: "as numbers",
      remarks: [
        `size ${size.toFixed(2)}: ${plural(factors.names.length, "factor")}, ${plural(codes.length, "latent")}`,
      ],
      interval: await bootstrap(
        score,
        input,
        {
          size: Math.max(1, Math.round(train.length * refitShare)),
          mostReplicates: refits,
          resampled: "training samples, forests grown again",
          range: [Number.NEGATIVE_INFINITY, 1],
        },
        async (rows) => mean(scoresOf(await lossesOf(rows.map((row) => train[row]!)))),
      ),
    };
  },
});
