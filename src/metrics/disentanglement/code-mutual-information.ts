/** Mutual information between pairs of codes; needs no labels. */

import { z } from "zod";
import { discretize, type Levels, mutualInformation } from "./information.ts";
import { metric } from "./metric.ts";
import { binsOption } from "./options.ts";
import { bootstrap, gather, gatherLevels, nonNegative } from "./sampling.ts";

/** Mean of I(z_i; z_j) over i ≠ j, in nats; 0 for a single code. */
function pairwiseInformation(codes: readonly Levels[]): number {
  let [sum, pairs] = [0, 0];
  codes.forEach((code, i) => {
    for (const other of codes.slice(0, i)) {
      sum += mutualInformation(code, other);
      pairs++;
    }
  });
  return pairs === 0 ? 0 : sum / pairs;
}

export const codeMutualInformation = metric({
  name: "code-mutual-information",
  definition: "mean mutual information of pairs of codes in equal-width bins, as in disentanglement_lib",
  needs: "codes",
  unit: "nats",
  better: "lower",
  options: z.strictObject({ bins: binsOption }),
  async measure(input, { bins }) {
    const { codes, train } = input;
    const binned = gather(codes, train).map((column) => discretize(column, bins));
    const score = pairwiseInformation(binned);
    return {
      score,
      parts: {},
      samples: { train: train.length },
      interval: await bootstrap(score, input, { range: nonNegative }, (rows) =>
        pairwiseInformation(binned.map((column) => gatherLevels(column, rows))),
      ),
    };
  },
});
