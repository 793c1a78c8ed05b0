/** Mutual information of single codes with the class, for labelled data without known factors. */

import { z } from "zod";
import { largest } from "../../base/statistics.ts";
import { discretize, entropy, type Levels, mutualInformation } from "./information.ts";
import { metric } from "./metric.ts";
import { binsOption } from "./options.ts";
import { bootstrap, gather, gatherLevels, nonNegative } from "./sampling.ts";

/** I(z_d; label) of each code, in nats. */
const informationOf = (codes: readonly Levels[], labels: Levels): number[] =>
  codes.map((code) => mutualInformation(code, labels));

export const labelInformation = metric({
  name: "label-information",
  definition: "largest mutual information of one code in equal-width bins with the label",
  needs: "labels",
  unit: "nats",
  better: "higher",
  chance: "permuted",
  options: z.strictObject({ bins: binsOption }),
  async measure(input, { bins }) {
    const { codes, labels, train } = input;
    const binned = gather(codes, train).map((column) => discretize(column, bins));
    const truth = gatherLevels(labels.values, train);
    const perCode = informationOf(binned, truth);
    const score = largest(perCode);
    return {
      score,
      parts: { perCode, labelEntropy: entropy(truth) },
      samples: { train: train.length },
      interval: await bootstrap(score, input, { range: nonNegative }, (rows) =>
        largest(
          informationOf(
            binned.map((column) => gatherLevels(column, rows)),
            gatherLevels(truth, rows),
          ),
        ),
      ),
    };
  },
});
