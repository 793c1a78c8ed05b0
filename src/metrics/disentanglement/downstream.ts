/** What the codes are worth to whoever has few labels: the accuracy of a classifier by the number of its samples. */

import { z } from "zod";
import { plural } from "../../base/format.ts";
import type { Columns } from "../../base/linear-algebra.ts";
import { largest, mean } from "../../base/statistics.ts";
import { type Classes, correctness, fitGradientBoosting, fitLogisticRegression } from "../learners/index.ts";
import { metric } from "./metric.ts";
import { type Learn, learnOccurring, type Model } from "./occurring.ts";
import { boostingOptions } from "./options.ts";
import { bootstrap, commonestShare, gather, gatherLevels, meanOf, testSamples } from "./sampling.ts";

/**
 * Logistic regression whose penalty is chosen as scikit-learn's `LogisticRegressionCV` does: of ten strengths from 10⁻⁴ to
 * 10⁴ the first with the best mean accuracy over five folds that follow each other.
 */
function fitCrossValidated(columns: Columns, classes: Classes): Model {
  const count = classes.length;
  const folds = Math.min(5, count);
  const strengths = Array.from({ length: 10 }, (_, i) => 10 ** (-4 + (8 * i) / 9));
  const starts = Array.from(
    { length: folds + 1 },
    (_, f) => f * Math.floor(count / folds) + Math.min(f, count % folds),
  );
  const all = Uint32Array.from(classes, (_, i) => i);
  const accuracies = strengths.map((C) =>
    starts.slice(0, -1).map((start, f) => {
      const isJudged = (i: number) => i >= start && i < starts[f + 1]!;
      const [learnt, judged] = [all.filter((i) => !isJudged(i)), all.filter(isJudged)];
      const learn: Learn = (x, y) => fitLogisticRegression(x, y, { C });
      const model = learnOccurring(learn, gather(columns, learnt), gatherLevels(classes, learnt));
      return mean(correctness(model.predict(gather(columns, judged)), gatherLevels(classes, judged)));
    }),
  );
  const means = accuracies.map(mean);
  return fitLogisticRegression(columns, classes, { C: strengths[means.indexOf(largest(means))]! });
}

export const downstream = metric({
  name: "downstream",
  definition:
    "mean test accuracy over factors of a classifier with as many samples as there are, as disentanglement_lib's downstream task; its efficiency is that with 100 over that with 10 000",
  needs: "factors",
  unit: "share",
  better: "higher",
  chance: ({ factors, test }) => mean(factors.levels.map((levels) => commonestShare(levels, test))),
  options: z.strictObject({
    sizes: z
      .array(z.int().min(2))
      .min(1)
      .default([10, 100, 1000, 10_000])
      .describe("training samples, each measured; more than there are is left out"),
    learner: z
      .enum(["boosting", "logistic"])
      .default("boosting")
      .describe("gradient-boosted trees, or logistic regression with its penalty chosen in five folds"),
    ...boostingOptions,
  }),
  async measure(input, { sizes, learner, trees, depth, learningRate, bins }) {
    const { codes, factors, train, test, seed, pause } = input;
    const boosting = { stages: trees, depth, learningRate, bins, seed };
    const learn: Learn =
      learner === "boosting" ? (x, y) => fitGradientBoosting(x, y, boosting) : fitCrossValidated;
    const judged = gather(codes, test);
    const truth = factors.levels.map((column) => gatherLevels(column, test));
    const rising = [...new Set(sizes)].sort((a, b) => a - b);
    const measured = rising.filter((size) => size <= train.length);
    const used = measured.length > 0 ? measured : [train.length];
    const right: Float64Array[][] = [];
    for (const size of used) {
      const rows = train.subarray(0, size);
      const learnt = gather(codes, rows);
      const own: Float64Array[] = [];
      for (const [k, column] of factors.levels.entries()) {
        await pause();
        const model = learnOccurring(learn, learnt, gatherLevels(column, rows));
        own.push(correctness(model.predict(judged), truth[k]!));
      }
      right.push(own);
    }
    const perFactor = right.map((own) => own.map(mean));
    const accuracies = perFactor.map(mean);
    const score = accuracies.at(-1)!;
    const at = (size: number) => accuracies[used.indexOf(size)];
    const [few, many] = [at(100), at(10_000)];
    const efficiency = few === undefined || many === undefined || many === 0 ? undefined : few / many;
    const left = rising.filter((size) => !used.includes(size));
    return {
      score,
      parts: { sizes: used, accuracies, perFactor, ...(efficiency !== undefined && { efficiency }) },
      samples: { train: used.at(-1)!, test: test.length },
      remarks: [
        used.map((size, i) => `${plural(size, "sample")}: ${accuracies[i]!.toFixed(3)}`).join(", "),
        efficiency === undefined
          ? `no efficiency: it needs 100 and 10 000 samples${left.length > 0 ? `, and ${left.join(", ")} are more than the ${train.length} there are` : ""}`
          : `efficiency ${efficiency.toFixed(3)}`,
      ],
      interval: await bootstrap(score, input, testSamples(test), (rows) =>
        mean(right.at(-1)!.map((values) => meanOf(values, rows))),
      ),
    };
  },
});
