/** How well the class is read off the codes: by a linear probe, and by the nearest neighbours. */

import { z } from "zod";
import type { Columns } from "../../base/linear-algebra.ts";
import { mean } from "../../base/statistics.ts";
import { type Classes, correctness, fitLogisticRegression, fitNearestNeighbours } from "../learners/index.ts";
import { type LabelInput, type Measurement, metric } from "./metric.ts";
import { penaltyOption } from "./options.ts";
import { bootstrap, commonestShare, gather, gatherLevels, meanOf, testSamples } from "./sampling.ts";
import { standardize, standardizeLike } from "./standardize.ts";

type Learn = (columns: Columns, classes: Classes) => { predict(columns: Columns): Classes };

async function judge(
  input: LabelInput,
  learnt: Columns,
  judged: Columns,
  learn: Learn,
): Promise<Measurement> {
  const { labels, train, test } = input;
  const predicted = learn(learnt, gatherLevels(labels.values, train)).predict(judged);
  const right = correctness(predicted, gatherLevels(labels.values, test));
  const score = mean(right);
  return {
    score,
    parts: {},
    samples: { train: train.length, test: test.length },
    interval: await bootstrap(score, input, testSamples(right), (rows) => meanOf(right, rows)),
  };
}

export const linearProbe = metric({
  name: "linear-probe",
  definition:
    "test accuracy of multinomial logistic regression (L2 penalty) from standardised codes to the label",
  needs: "labels",
  unit: "share",
  better: "higher",
  chance: ({ labels, test }) => commonestShare(labels.values, test),
  options: z.strictObject({ C: penaltyOption }),
  async measure(input, { C }) {
    const { columns, means, deviations } = standardize(gather(input.codes, input.train));
    const judged = standardizeLike(gather(input.codes, input.test), means, deviations);
    return judge(input, columns, judged, (learnt, classes) => fitLogisticRegression(learnt, classes, { C }));
  },
});

export const nearestNeighbours = metric({
  name: "k-nn",
  definition: "test accuracy of the nearest neighbours in code space (Euclidean, codes as they are)",
  needs: "labels",
  unit: "share",
  better: "higher",
  chance: "permuted",
  options: z.strictObject({
    neighbours: z.int().min(1).default(5).describe("that vote on the class of an image"),
  }),
  async measure(input, { neighbours }) {
    return judge(
      input,
      gather(input.codes, input.train),
      gather(input.codes, input.test),
      (columns, classes) => fitNearestNeighbours(columns, classes, neighbours),
    );
  },
});
