/** The metric of the β-VAE paper: can a linear classifier identify the factor that two batches share? */

import { z } from "zod";
import { mean } from "../../base/statistics.ts";
import { correctness, fitLogisticRegression } from "../learners/index.ts";
import { type FactorInput, metric } from "./metric.ts";
import { pairsOption, penaltyOption } from "./options.ts";
import { bootstrap, Draws, meanOf } from "./sampling.ts";

/**
 * Training points of the metric (Higgins et al. 2017): pick a factor; draw `batch` pairs of images that share
 * its level and nothing else on purpose; the point is the mean absolute difference of their codes, `[dimensions]`,
 * its class the factor. On a complete grid, drawing the partner among the images at the same level is drawing the
 * other factors independently.
 */
function drawPoints({ codes, factors }: FactorInput, count: number, batch: number, draws: Draws) {
  const points = codes.map(() => new Float64Array(count));
  const classes = new Int32Array(count);
  const pairs = new Uint32Array(2 * batch);
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
      points[d]![point] = sum / batch;
    });
  }
  return { points, classes };
}

export const betaVae = metric({
  name: "beta-vae",
  definition:
    "β-VAE metric of Higgins et al. 2017 as in disentanglement_lib: mean |Δcode|, multinomial logistic regression with an L2 penalty",
  needs: "factors",
  fixesFactors: true,
  unit: "share",
  better: "higher",
  chance: ({ factors }) => 1 / factors.names.length,
  options: z.strictObject({ batch: pairsOption.describe("pairs of images in one point"), C: penaltyOption }),
  async measure(input, { batch, C }) {
    const { train, test, seed } = input;
    const draws = new Draws(seed, "metrics/beta-vae");
    const learnt = drawPoints(input, train.length, batch, draws);
    const judged = drawPoints(input, test.length, batch, draws);
    const model = fitLogisticRegression(learnt.points, learnt.classes, { C });
    const right = correctness(model.predict(judged.points), judged.classes);
    const score = mean(right);
    return {
      score,
      parts: {
        trainAccuracy: mean(correctness(model.predict(learnt.points), learnt.classes)),
      },
      samples: { train: train.length, test: test.length },
      interval: await bootstrap(
        score,
        input,
        { count: right.length, resampled: "test points, classifier kept" },
        (rows) => meanOf(right, rows),
      ),
    };
  },
});
