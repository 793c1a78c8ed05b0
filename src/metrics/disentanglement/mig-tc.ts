/** The mutual information gap as its authors measure it: on the aggregate posterior, not on binned means. */

import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { formatFixed } from "../../base/format.ts";
import { entropy } from "./information.ts";
import { marginalEntropies } from "./marginal-entropies.ts";
import { metric } from "./metric.ts";
import { informationGap } from "./mig.ts";
import { exactly } from "./sampling.ts";

export const migTc = metric({
  name: "mig-tc",
  definition:
    "MIG of Chen et al. 2018 on the aggregate posterior: I(z;v) = H(z) − H(z|v) with q(z) over all images, over H(v)",
  needs: "factors",
  unit: "share",
  better: "higher",
  chance: "permuted",
  options: z.strictObject({
    exclude: z
      .array(z.string())
      .default(["shape"])
      .describe(
        "factors that the score leaves out; dSprites' shape is not an ordered quantity, and the paper does too",
      ),
  }),
  async measure({ posteriors, factors }, { exclude }) {
    if (!posteriors) throw new BetalabError("data", "codes alone have no posterior variances");
    const { mean, logVariance } = posteriors;
    const entropies = mean.map((column, d) => marginalEntropies(column, logVariance[d]!, factors.levels));
    const information = entropies.map(({ marginal, conditional }) =>
      // Never negative in truth; the sum of two integrals may be, by their last digits.
      conditional.map((one) => Math.max(0, marginal - one)),
    );
    // Of a complete grid ln|v|, as the paper has it.
    const normalisers = factors.levels.map(entropy);
    const counted = factors.names.map((_, k) => k).filter((k) => !exclude.includes(factors.names[k]!));
    const chosen = counted.length > 0 ? counted : factors.names.map((_, k) => k);
    const { score } = informationGap(
      information.map((row) => chosen.map((k) => row[k]!)),
      chosen.map((k) => normalisers[k]!),
    );
    const all = informationGap(information, normalisers);
    const excluded = factors.names.filter((_, k) => !chosen.includes(k));
    return {
      score,
      parts: { withAllFactors: all.score, perFactor: all.perFactor, mutualInformation: information },
      settings: { excluded },
      ...(excluded.length > 0 && {
        remarks: [`without ${excluded.join(", ")}; with all factors ${formatFixed(all.score, 3)}`],
      }),
      samples: { images: factors.count },
      interval: exactly(score, "every image counts and nothing is drawn"),
    };
  },
});
