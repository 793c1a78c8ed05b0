/** The metric of the β-VAE paper: can a linear classifier tell which factor two batches share? */

import { correctness, fitLogisticRegression, mean } from "../learners/index.ts";
import type { FactorInput, FactorMetric } from "./metric.ts";
import { bootstrap, Draws, meanOf } from "./sampling.ts";

const BATCH = 64;

/**
 * Training points of the metric (Higgins et al. 2017, §3): pick a factor; draw `BATCH` pairs of images that share
 * its level and nothing else on purpose; the point is the mean absolute difference of their codes, `[dimensions]`,
 * its class the factor. On a complete grid, drawing the partner among the images at the same level is drawing the
 * other factors independently.
 */
function drawPoints({ codes, factors }: FactorInput, count: number, draws: Draws) {
  const points = codes.map(() => new Float64Array(count));
  const classes = new Int32Array(count);
  const pairs = new Uint32Array(2 * BATCH);
  for (let point = 0; point < count; point++) {
    const factor = draws.below(factors.names.length);
    classes[point] = factor;
    const levels = factors.levels[factor]!;
    for (let i = 0; i < pairs.length; i += 2) {
      const first = draws.below(factors.count);
      const partners = factors.rowsAt(factor, levels[first]!);
      pairs[i] = first;
      pairs[i + 1] = partners[draws.below(partners.length)]!;
    }
    codes.forEach((column, d) => {
      let sum = 0;
      for (let i = 0; i < pairs.length; i += 2) sum += Math.abs(column[pairs[i]!]! - column[pairs[i + 1]!]!);
      points[d]![point] = sum / BATCH;
    });
  }
  return { points, classes };
}

export const betaVae: FactorMetric = {
  name: "beta-vae",
  definition:
    "β-VAE metric of Higgins et al. 2017 as in disentanglement_lib: mean |Δcode|, multinomial logistic regression",
  needs: "factors",
  unit: "share",
  better: "higher",
  measure(input) {
    const { train, test, seed, replicates } = input;
    const draws = new Draws(seed, "metrics/beta-vae");
    const learnt = drawPoints(input, train.length, draws);
    const judged = drawPoints(input, test.length, draws);
    const model = fitLogisticRegression(learnt.points, learnt.classes);
    const right = correctness(model.predict(judged.points), judged.classes);
    const score = mean(right);
    return {
      score,
      parts: {
        trainAccuracy: mean(correctness(model.predict(learnt.points), learnt.classes)),
        chance: 1 / input.factors.names.length,
      },
      settings: { batch: BATCH, classifier: "logistic regression, L2, C = 1" },
      samples: { train: train.length, test: test.length },
      interval: bootstrap(
        score,
        { count: right.length, replicates, seed, resampled: "test points, classifier kept" },
        (rows) => meanOf(right, rows),
      ),
    };
  },
};
