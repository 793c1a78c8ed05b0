/** The mutual information gap as its authors measure it: on the aggregate posterior, not on binned means. */

import { marginalEntropies } from "./marginal-entropies.ts";
import type { FactorMetric } from "./metric.ts";
import { informationGap } from "./mig.ts";

/** dSprites' shape is no ordered quantity, and the paper leaves it out. */
const EXCLUDED = ["shape"];

export const migTc: FactorMetric = {
  name: "mig-tc",
  definition:
    "MIG of Chen et al. 2018 on the aggregate posterior: I(z;v) = H(z) − H(z|v) with q(z) over all images, over ln|v|",
  needs: "factors",
  unit: "share",
  better: "higher",
  measure({ posteriors, factors }) {
    const { mean, logVariance } = posteriors;
    const entropies = mean.map((column, d) => marginalEntropies(column, logVariance[d]!, factors.levels));
    const information = entropies.map(({ marginal, conditional }) =>
      // Never negative in truth; the sum of two integrals may be, by their last digits.
      conditional.map((one) => Math.max(0, marginal - one)),
    );
    const normalisers = factors.sizes.map(Math.log);
    const counted = factors.names.map((_, k) => k).filter((k) => !EXCLUDED.includes(factors.names[k]!));
    const chosen = counted.length > 0 ? counted : factors.names.map((_, k) => k);
    const { score } = informationGap(
      information.map((row) => chosen.map((k) => row[k]!)),
      chosen.map((k) => normalisers[k]!),
    );
    const all = informationGap(information, normalisers);
    return {
      score,
      parts: { withAllFactors: all.score, perFactor: all.perFactor, mutualInformation: information },
      settings: {
        entropies: "integrals over the marginals of all images' posteriors",
        excluded: factors.names.filter((_, k) => !chosen.includes(k)),
      },
      samples: { images: factors.count },
      interval: {
        low: score,
        high: score,
        level: 0.95,
        replicates: 0,
        resampled: "nothing: every image counts and nothing is drawn",
      },
    };
  },
};
