/** Explicitness: can a linear classifier read each factor off all codes together? */

import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { plural } from "../../base/format.ts";
import type { Columns } from "../../base/linear-algebra.ts";
import { mean } from "../../base/statistics.ts";
import { fitLogisticRegression } from "../learners/index.ts";
import { metric } from "./metric.ts";
import { penaltyOption } from "./options.ts";
import { bootstrap, gather, gatherLevels, shownFactors, testSamples } from "./sampling.ts";
import { standardize, standardizeLike } from "./standardize.ts";

/** Scores of one class in rising order, ready to be weighed. */
interface Ranking {
  readonly order: Uint32Array;
  readonly scores: Float64Array;
  readonly positive: Uint8Array;
}

function rank(scores: Float64Array, positive: Uint8Array): Ranking {
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  return { order, scores, positive };
}

/**
 * Area under the ROC curve: the chance that a positive scores above a negative, draws counting half.
 * Undefined when there are no positives or no negatives.
 */
export function areaUnderRoc(scores: Float64Array, positive: Uint8Array): number | undefined {
  return weightedArea(rank(scores, positive), new Float64Array(scores.length).fill(1));
}

function weightedArea({ order, scores, positive }: Ranking, weights: Float64Array): number | undefined {
  let [below, positives, pairs] = [0, 0, 0];
  for (let start = 0; start < order.length; ) {
    const score = scores[order[start]!]!;
    let [up, down, end] = [0, 0, start];
    for (; end < order.length && scores[order[end]!] === score; end++) {
      const i = order[end]!;
      if (positive[i] === 1) up += weights[i]!;
      else down += weights[i]!;
    }
    pairs += up * (below + down / 2);
    positives += up;
    below += down;
    start = end;
  }
  return positives > 0 && below > 0 ? pairs / (positives * below) : undefined;
}

/** Mean of what there is, if anything. */
function meanOfKnown(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 ? mean(known) : undefined;
}

/** Mean over the classes that have an area: one that the sample lacks is left out. Undefined for a sample of one class. */
const macro = (rankings: readonly Ranking[], weights: Float64Array): number | undefined =>
  meanOfKnown(rankings.map((one) => weightedArea(one, weights)));

function rankAll(probabilities: readonly Float64Array[], classes: readonly number[], truth: Int32Array) {
  return classes.map((one, k) =>
    rank(
      probabilities[k]!,
      Uint8Array.from(truth, (level) => (level === one ? 1 : 0)),
    ),
  );
}

/** The area of a classifier that knows nothing. */
const CHANCE = 0.5;

export const explicitness = metric({
  name: "explicitness",
  definition:
    "explicitness of Ridgeway and Mozer 2018 as in disentanglement_lib: macro ROC AUC of logistic regression on standardised codes, L2 penalty, test samples",
  needs: "factors",
  unit: "share",
  better: "higher",
  chance: CHANCE,
  options: z.strictObject({ C: penaltyOption }),
  async measure(input, { C }) {
    const { codes, factors, train, test } = input;
    const { shown, remarks } = shownFactors(input);
    const { columns: learnt, means, deviations } = standardize(gather(codes, train));
    const judged: Columns = standardizeLike(gather(codes, test), means, deviations);
    const fitted = factors.levels.map((column, k) => {
      if (!shown[k]) return { train: [], test: [] };
      const levels = gatherLevels(column, train);
      const model = fitLogisticRegression(learnt, levels, { C });
      return {
        train: rankAll(model.probabilities(learnt), model.classes, levels),
        test: rankAll(model.probabilities(judged), model.classes, gatherLevels(column, test)),
      };
    });
    /** Over the factors that can be judged by these samples. */
    const average = (which: "train" | "test", weights: Float64Array) =>
      meanOfKnown(fitted.map((one) => macro(one[which], weights)));
    const all = new Float64Array(test.length).fill(1);
    const score = average("test", all);
    const among = `among the ${plural(test.length, "sample")} to judge by`;
    if (score === undefined)
      throw new BetalabError("data", `no factor has a level that was learnt, and another, ${among}`);
    const perFactor = fitted.map((one) => macro(one.test, all));
    const unjudged = factors.names.filter((_, k) => shown[k] && perFactor[k] === undefined);
    const weights = new Float64Array(test.length);
    return {
      score,
      parts: {
        // Of a factor that is left out nothing can be told from guessing.
        perFactor: perFactor.map((area) => area ?? CHANCE),
        train: average("train", new Float64Array(train.length).fill(1))!,
      },
      remarks: [
        ...remarks,
        ...(unjudged.length > 0
          ? [`without ${unjudged.join(", ")}, of one level ${among}, or of none that was learnt`]
          : []),
      ],
      samples: { train: train.length, test: test.length },
      interval: await bootstrap(score, input, testSamples(test), (rows) => {
        weights.fill(0);
        for (const row of rows) weights[row]!++;
        return average("test", weights) ?? score;
      }),
    };
  },
});
