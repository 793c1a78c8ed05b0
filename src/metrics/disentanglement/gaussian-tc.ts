/** Total correlation of the codes as if they were Gaussian: how far they are from independent, without labels. */

import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { plural } from "../../base/format.ts";
import { columnsOf, covariance, symmetricEigenvalues } from "../../base/linear-algebra.ts";
import { largest } from "../../base/statistics.ts";
import type { Posteriors } from "../../latent/index.ts";
import { metric } from "./metric.ts";
import { bootstrap, gather, nonNegative } from "./sampling.ts";

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
  const values = symmetricEigenvalues(correlations);
  // What rounding leaves of a zero.
  const least = largest(values) * live.length * Number.EPSILON;
  const logDeterminant = values.reduce(
    (sum, one) => sum + (one > least ? Math.log(one) : Number.NEGATIVE_INFINITY),
    0,
  );
  return Math.max(0, -0.5 * logDeterminant);
}

/** The same of the aggregate posterior q(z): its covariance is that of the means, and the mean variances on top. */
export function gaussianTcOf({ count, mean, logVariance }: Posteriors): number {
  const width = mean.length / count;
  const covariances = covariance(columnsOf(mean, width));
  for (const [i, value] of logVariance.entries())
    covariances[i % width]![i % width]! += Math.exp(value) / count;
  return gaussianTotalCorrelation(covariances);
}

export const gaussianTc = metric({
  name: "gaussian-tc",
  definition: "total correlation of a Gaussian with the codes' covariance, as in disentanglement_lib",
  needs: "codes",
  unit: "nats",
  better: "lower",
  options: z.strictObject({}),
  async measure(input) {
    const { codes, train } = input;
    const taken = gather(codes, train);
    const covariances = covariance(taken);
    const measure = (matrix: readonly (readonly number[])[]): number => {
      const nats = gaussianTotalCorrelation(matrix);
      if (Number.isFinite(nats)) return nats;
      throw new BetalabError(
        "data",
        `${plural(codes.length, "latent")}, ${plural(new Set(train).size, "image")}: the covariance is singular, the total correlation infinite`,
        "it needs several times as many images as latents, and no latent that the others determine",
      );
    };
    const score = measure(covariances);
    return {
      score,
      parts: { covariance: covariances },
      samples: { train: train.length },
      interval: await bootstrap(score, input, { range: nonNegative }, (rows) =>
        measure(covariance(gather(taken, rows))),
      ),
    };
  },
});
