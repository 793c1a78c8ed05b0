/** Modularity: does each code know of one factor only? */

import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { largest } from "../../base/statistics.ts";
import { mutualInformationMatrix } from "./information.ts";
import { metric } from "./metric.ts";
import { binsOption } from "./options.ts";
import { shownFactors } from "./sampling.ts";
import { scoreBinned } from "./score-binned.ts";

/**
 * mean over codes of 1 − (Σₖ m² − max m²) / (max m² · (K − 1)) (Ridgeway and Mozer 2018). A code that
 * knows nothing counts as 0, and all codes count, as in disentanglement_lib.
 *
 * @param information m, I(code; factor), `[codes]` of `[factors]`
 *
 * Throws "data" for a single factor: every code would be modular.
 */
export function modularityOf(information: readonly (readonly number[])[]): {
  score: number;
  perCode: number[];
} {
  const factorCount = information[0]?.length ?? 0;
  if (factorCount < 2) {
    throw new BetalabError("data", `modularity of ${factorCount} factor: it needs at least two`);
  }
  const perCode = information.map((row) => {
    const squares = row.map((one) => one * one);
    const most = largest(squares);
    if (most === 0) return 0;
    const others = squares.reduce((sum, one) => sum + one, 0) - most;
    return 1 - others / (most * (factorCount - 1));
  });
  return { score: perCode.reduce((sum, one) => sum + one, 0) / perCode.length, perCode };
}

export const modularity = metric({
  name: "modularity",
  definition:
    "modularity of Ridgeway and Mozer 2018 as in disentanglement_lib: binned codes, dead codes count as 0",
  needs: "factors",
  unit: "share",
  better: "higher",
  chance: "permuted",
  options: z.strictObject({ bins: binsOption }),
  async measure(input, { bins }) {
    const { shown, remarks } = shownFactors(input);
    const { perCode, information, ...measured } = await scoreBinned(input, bins, (codes, factors) => {
      const information = mutualInformationMatrix(codes, factors);
      return { ...modularityOf(information.map((row) => row.filter((_, k) => shown[k]))), information };
    });
    return { ...measured, parts: { perCode, mutualInformation: information }, remarks };
  },
});
