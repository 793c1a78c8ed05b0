/** What single codes tell of the class; for labelled data whose factors nobody knows. */

import { discretize, entropy, type Levels, mutualInformation } from "./information.ts";
import type { LabelMetric } from "./metric.ts";
import { bootstrap, gather, gatherLevels } from "./sampling.ts";

const BINS = 20;

/** I(z_d; label) of each code, in nats. */
const informationOf = (codes: readonly Levels[], labels: Levels): number[] =>
  codes.map((code) => mutualInformation(code, labels));

export const labelInformation: LabelMetric = {
  name: "label-information",
  definition: "largest mutual information of one code in 20 equal-width bins with the label",
  needs: "labels",
  unit: "nats",
  better: "higher",
  measure({ codes, labels, train, seed, replicates }) {
    const binned = gather(codes, train).map((column) => discretize(column, BINS));
    const truth = gatherLevels(labels.values, train);
    const perCode = informationOf(binned, truth);
    const score = Math.max(...perCode);
    return {
      score,
      parts: { perCode, labelEntropy: entropy(truth) },
      settings: { bins: BINS },
      samples: { train: train.length },
      interval: bootstrap(
        score,
        { count: train.length, replicates, seed, resampled: "samples", range: [0, Number.POSITIVE_INFINITY] },
        (rows) =>
          Math.max(
            ...informationOf(
              binned.map((column) => gatherLevels(column, rows)),
              gatherLevels(truth, rows),
            ),
          ),
      ),
    };
  },
};
