/** How much the codes tell of each other, pair by pair; without labels. */

import { discretize, type Levels, mutualInformation } from "./information.ts";
import type { CodesMetric } from "./metric.ts";
import { bootstrap, gather, gatherLevels } from "./sampling.ts";

const BINS = 20;

/** Mean of I(z_i; z_j) over i ≠ j, in nats; 0 for a single code. */
export function pairwiseInformation(codes: readonly Levels[]): number {
  let [sum, pairs] = [0, 0];
  codes.forEach((code, i) => {
    for (const other of codes.slice(0, i)) {
      sum += mutualInformation(code, other);
      pairs++;
    }
  });
  return pairs === 0 ? 0 : sum / pairs;
}

export const codeMutualInformation: CodesMetric = {
  name: "code-mutual-information",
  definition: "mean mutual information of pairs of codes in 20 equal-width bins, as in disentanglement_lib",
  needs: "codes",
  unit: "nats",
  better: "lower",
  measure({ codes, train, seed, replicates }) {
    const binned = gather(codes, train).map((column) => discretize(column, BINS));
    const score = pairwiseInformation(binned);
    return {
      score,
      parts: {},
      settings: { bins: BINS },
      samples: { train: train.length },
      interval: bootstrap(
        score,
        { count: train.length, replicates, seed, resampled: "samples", range: [0, Number.POSITIVE_INFINITY] },
        (rows) => pairwiseInformation(binned.map((column) => gatherLevels(column, rows))),
      ),
    };
  },
};
