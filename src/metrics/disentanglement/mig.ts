/** Mutual information gap: how far the code that knows most of a factor is ahead of the next. */

import { z } from "zod";
import { entropy, type Levels, mutualInformationMatrix } from "./information.ts";
import { metric } from "./metric.ts";
import { binsOption } from "./options.ts";
import { shownFactors } from "./sampling.ts";
import { scoreBinned } from "./score-binned.ts";

/**
 * mean over factors k of (largest − second largest of information[·][k]) / entropies[k] (Chen et al. 2018). A single code has no second: its gap is all that it knows.
 *
 * @param information I(code; factor), `[codes]` of `[factors]`, in nats
 * @param entropies of each factor, in nats, all positive
 */
export function informationGap(
  information: readonly (readonly number[])[],
  entropies: readonly number[],
): { score: number; perFactor: number[] } {
  const perFactor = entropies.map((whole, k) => {
    const [first = 0, second = 0] = information.map((row) => row[k]!).sort((a, b) => b - a);
    return (first - second) / whole;
  });
  return { score: perFactor.reduce((sum, one) => sum + one, 0) / perFactor.length, perFactor };
}

function gapOf(codes: readonly Levels[], factors: readonly Levels[]) {
  const information = mutualInformationMatrix(codes, factors);
  // A factor that the sample shows at one level only says nothing: left out of the mean.
  const entropies = factors.map(entropy);
  const known = entropies.map((_, k) => k).filter((k) => entropies[k]! > 0);
  const { score, perFactor: gaps } = informationGap(
    information.map((row) => known.map((k) => row[k]!)),
    known.map((k) => entropies[k]!),
  );
  const perFactor = new Array<number>(factors.length).fill(Number.NaN);
  known.forEach((k, i) => {
    perFactor[k] = gaps[i]!;
  });
  return { score, perFactor, information, entropies };
}

export const mig = metric({
  name: "mig",
  definition: "MIG of Chen et al. 2018 as in disentanglement_lib: equal-width bins, empirical entropies",
  needs: "factors",
  unit: "share",
  better: "higher",
  chance: "permuted",
  options: z.strictObject({ bins: binsOption }),
  async measure(input, { bins }) {
    const { remarks } = shownFactors(input);
    const { perFactor, information, entropies, ...measured } = await scoreBinned(input, bins, gapOf);
    return {
      ...measured,
      parts: { perFactor, mutualInformation: information, factorEntropies: entropies },
      remarks,
    };
  },
});
