/** Total correlation of the codes as if they were Gaussian: how far they are from independent, without labels. */

import type { Columns } from "../learners/index.ts";
import { covariance, symmetricEigenvalues } from "./covariance.ts";
import type { CodesMetric } from "./metric.ts";
import { bootstrap, gather } from "./sampling.ts";

/**
 * ½ (Σ ln Σ_ii − ln det Σ), in nats: KL of a Gaussian to the product of its marginals. Constant codes are
 * independent of all others and left out; codes that determine each other give Infinity.
 */
export function gaussianTotalCorrelation(covariances: readonly (readonly number[])[]): number {
  const live = covariances.map((_, i) => i).filter((i) => covariances[i]![i]! > 0);
  // On correlations the logarithms of the variances cancel, and so does the scale of the codes.
  const correlations = live.map((i) =>
    live.map((j) => covariances[i]![j]! / Math.sqrt(covariances[i]![i]! * covariances[j]![j]!)),
  );
  const logDeterminant = symmetricEigenvalues(correlations).reduce(
    (sum, one) => sum + (one > 1e-14 ? Math.log(one) : Number.NEGATIVE_INFINITY),
    0,
  );
  return Math.max(0, -0.5 * logDeterminant);
}

export const gaussianTc: CodesMetric = {
  name: "gaussian-tc",
  definition: "total correlation of a Gaussian with the codes' covariance, as in disentanglement_lib",
  needs: "codes",
  unit: "nats",
  better: "lower",
  measure({ codes, train, seed, replicates }) {
    const taken = gather(codes, train);
    const measure = (columns: Columns) => gaussianTotalCorrelation(covariance(columns));
    const score = measure(taken);
    return {
      score,
      parts: { covariance: covariance(taken) },
      settings: {},
      samples: { train: train.length },
      interval: bootstrap(
        score,
        { count: train.length, replicates, seed, resampled: "samples", range: [0, Number.POSITIVE_INFINITY] },
        (rows) => measure(gather(taken, rows)),
      ),
    };
  },
};
