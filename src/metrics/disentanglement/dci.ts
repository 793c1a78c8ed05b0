/** Disentanglement, completeness and informativeness: is each factor predicted from one code, each code of use for one? */

import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { plural } from "../../base/format.ts";
import { largest, mean } from "../../base/statistics.ts";
import { type Importances, importanceOptions, importancesOf, type Sample } from "./importances.ts";
import { metric } from "./metric.ts";
import { boostingOptions, refitOptions } from "./options.ts";
import { bootstrap, gather, shownFactors } from "./sampling.ts";

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
 * Mean over codes, weighted by their importance, of 1 − entropy over factors (Eastwood and Williams 2018).
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

export const dci = metric({
  name: "dci",
  definition:
    "DCI disentanglement of Eastwood and Williams 2018 as in disentanglement_lib: gradient-boosted trees, unless another learner is chosen",
  needs: "factors",
  unit: "share",
  better: "higher",
  chance: "permuted",
  options: z.strictObject({
    ...importanceOptions,
    ...refitOptions,
    refits: refitOptions.refits.describe(
      "replicates of the interval at most, the learner fitted again for each",
    ),
    refitBins: boostingOptions.bins.default(256).describe("of each code in a refit of boosted trees"),
  }),
  async measure(input, options) {
    const { codes, factors, train, test, seed, pause } = input;
    const { learner, refits, refitShare, refitBins } = options;
    const most = largest(factors.sizes);
    // Of a refit less is asked: it may not see every level.
    if (learner === "boosting" && train.length < most) {
      const few = `${plural(train.length, "sample")} for ${most} levels: boosted trees need at least one for each`;
      throw new BetalabError("data", few, "draw more samples");
    }
    const { shown, remarks } = shownFactors(input);
    const ofShown = <T>(perFactor: readonly T[]): T[] => perFactor.filter((_, k) => shown[k]);
    const sampleOf = (rows: Uint32Array) => ({ codes: gather(codes, rows), rows });
    const learn = async (rows: Uint32Array, bins: number, judged: readonly Sample[]) => {
      const learnt = sampleOf(rows);
      const found: Importances[] = [];
      for (let k = 0; k < factors.names.length; k++) {
        await pause();
        found.push(importancesOf(learnt, judged, factors, k, { ...options, bins, seed }));
      }
      return { found, importances: codes.map((_, d) => found.map((one) => one.importances[d]!)) };
    };
    const { found, importances } = await learn(train, options.bins, [sampleOf(train), sampleOf(test)]);
    const score = disentanglementOf(importances.map(ofShown));
    const perFactor = found.map(({ quality }) => quality[1]!);
    return {
      score,
      parts: {
        disentanglement: score,
        completeness: completenessOf(importances.map(ofShown)),
        informativeness: mean(ofShown(perFactor)),
        informativenessTrain: mean(ofShown(found).map(({ quality }) => quality[0]!)),
        informativenessPerFactor: perFactor,
        importances,
      },
      remarks,
      samples: { train: train.length, test: test.length },
      ...(learner !== "boosting" && { continuousAs: "as numbers" }),
      interval: await bootstrap(
        score,
        input,
        {
          size: Math.max(1, Math.round(train.length * refitShare)),
          mostReplicates: refits,
          resampled: `training samples, ${learner} refitted`,
        },
        async (rows) => {
          const again = await learn(
            rows.map((row) => train[row]!),
            refitBins,
            [],
          );
          return disentanglementOf(again.importances.map(ofShown));
        },
      ),
    };
  },
});
