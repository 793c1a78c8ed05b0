/** How far the codes are from independent in Wasserstein distance, as if they were Gaussian; without labels. */

import { z } from "zod";
import { covariance, symmetricEigenvalues } from "../../base/linear-algebra.ts";
import { metric } from "./metric.ts";
import { bootstrap, gather, nonNegative } from "./sampling.ts";

/**
 * 2 tr Σ − 2 tr (D½ Σ D½)½ with D the diagonal of Σ: the squared 2-Wasserstein distance between Gaussians with
 * covariances Σ and D (Olkin and Pukelsheim 1982). In squared units of the codes; 0 when Σ is diagonal.
 */
export function gaussianWassersteinCorrelation(covariances: readonly (readonly number[])[]): number {
  const deviations = covariances.map((row, i) => Math.sqrt(Math.max(0, row[i]!)));
  const scaled = covariances.map((row, i) => row.map((one, j) => deviations[i]! * one * deviations[j]!));
  const roots = symmetricEigenvalues(scaled).reduce((sum, one) => sum + Math.sqrt(Math.max(0, one)), 0);
  return Math.max(0, 2 * traceOf(covariances) - 2 * roots);
}

const traceOf = (matrix: readonly (readonly number[])[]): number =>
  matrix.reduce((sum, row, i) => sum + row[i]!, 0);

export const wassersteinCorrelation = metric({
  name: "wasserstein-correlation",
  definition:
    "squared 2-Wasserstein distance of a Gaussian with the codes' covariance to its marginals, as in disentanglement_lib",
  needs: "codes",
  unit: "variance",
  better: "lower",
  options: z.strictObject({}),
  async measure(input) {
    const { codes, train } = input;
    const taken = gather(codes, train);
    const covariances = covariance(taken);
    const score = gaussianWassersteinCorrelation(covariances);
    const trace = traceOf(covariances);
    return {
      score,
      parts: { normalised: trace > 0 ? score / trace : 0 },
      samples: { train: train.length },
      interval: await bootstrap(score, input, { range: nonNegative }, (rows) =>
        gaussianWassersteinCorrelation(covariance(gather(taken, rows))),
      ),
    };
  },
});
