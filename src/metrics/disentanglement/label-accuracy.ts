/** How well the class is read off the codes: by a linear probe, and by the nearest neighbours. */

import {
  type Classes,
  type Columns,
  correctness,
  fitLogisticRegression,
  fitNearestNeighbours,
  mean,
} from "../learners/index.ts";
import type { LabelInput, LabelMetric, Measurement, Settings } from "./metric.ts";
import { bootstrap, gather, gatherLevels, meanOf } from "./sampling.ts";
import { standardize, standardizeLike } from "./standardize.ts";

type Learn = (columns: Columns, classes: Classes) => { predict(columns: Columns): Classes };

function judge(
  { labels, train, test, seed, replicates }: LabelInput,
  learnt: Columns,
  judged: Columns,
  learn: Learn,
  settings: Settings,
): Measurement {
  const predicted = learn(learnt, gatherLevels(labels.values, train)).predict(judged);
  const right = correctness(predicted, gatherLevels(labels.values, test));
  const score = mean(right);
  return {
    score,
    parts: { chance: 1 / labels.names.length },
    settings,
    samples: { train: train.length, test: test.length },
    interval: bootstrap(
      score,
      { count: right.length, replicates, seed, resampled: "test samples, classifier kept" },
      (rows) => meanOf(right, rows),
    ),
  };
}

export const linearProbe: LabelMetric = {
  name: "linear-probe",
  definition: "test accuracy of multinomial logistic regression from standardised codes to the label",
  needs: "labels",
  unit: "share",
  better: "higher",
  measure(input) {
    const { columns, means, deviations } = standardize(gather(input.codes, input.train));
    const judged = standardizeLike(gather(input.codes, input.test), means, deviations);
    const settings = { classifier: "logistic regression, L2, C = 1", codes: "standardised" };
    return judge(input, columns, judged, fitLogisticRegression, settings);
  },
};

const NEIGHBOURS = 5;

export const nearestNeighbours: LabelMetric = {
  name: "k-nn",
  definition: "test accuracy of the 5 nearest neighbours in code space (Euclidean, codes as they are)",
  needs: "labels",
  unit: "share",
  better: "higher",
  measure(input) {
    return judge(
      input,
      gather(input.codes, input.train),
      gather(input.codes, input.test),
      (columns, classes) => fitNearestNeighbours(columns, classes, NEIGHBOURS),
      { neighbours: NEIGHBOURS },
    );
  },
};
