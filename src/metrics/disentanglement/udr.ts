/**
 * Unsupervised disentanglement ranking: a model is disentangled if others trained alike find the same axes. Needs
 * several models and no labels, so it stands beside the registry: it judges a set of runs, not one.
 */

import { BetalabError } from "../../base/errors.ts";
import { type Columns, fitLasso } from "../learners/index.ts";
import type { Interval, Parts, Settings } from "./metric.ts";
import { bootstrapEach, gather } from "./sampling.ts";
import { standardize } from "./standardize.ts";

const ALPHA = 0.1;
const LEAST_KL = 0.01;

/**
 * ½ [mean over columns j of (max_i R)² / Σ_i R + mean over rows i of (max_j R)² / Σ_j R] (Duan et al. 2020,
 * equation 3): how close R is to a permutation. A row or column of zeros counts as 0; so does a matrix without rows.
 *
 * @param relation R, not negative: how code i of one model tells of code j of another
 */
export function relativeStrength(relation: readonly (readonly number[])[]): number {
  const side = (lines: readonly (readonly number[])[]): number => {
    const strengths = lines.map((line) => {
      const sum = line.reduce((total, one) => total + one, 0);
      return sum > 0 ? Math.max(...line) ** 2 / sum : 0;
    });
    return strengths.length === 0 ? 0 : strengths.reduce((sum, one) => sum + one, 0) / strengths.length;
  };
  const columns = (relation[0] ?? []).map((_, j) => relation.map((row) => row[j]!));
  return (side(columns) + side(relation)) / 2;
}

/** One of the models: posteriors of the same images, by column. */
export interface RankedModel {
  /** `[dimensions]` of `[images]`. */
  readonly mean: Columns;
  readonly logVariance: Columns;
}

export interface UdrResult {
  readonly metric: "udr";
  readonly definition: string;
  readonly settings: Settings;
  readonly samples: Readonly<Record<string, number>>;
  readonly seed: number;
  /** Median over the other models. */
  readonly score: number;
  readonly parts: Parts;
  readonly interval: Interval;
}

/**
 * The score of each model among all of them.
 *
 * @param models all seen on the same images in the same order; 1000 images are what the paper takes
 *
 * Throws "data" for fewer than two models, or when they were shown different numbers of images.
 */
export function computeUdr(
  models: readonly RankedModel[],
  { seed = 0, replicates = 50 }: { readonly seed?: number; readonly replicates?: number } = {},
): UdrResult[] {
  const counts = new Set(models.map(({ mean }) => mean[0]?.length ?? 0));
  if (models.length < 2 || counts.size !== 1) {
    throw new BetalabError(
      "data",
      models.length < 2
        ? `UDR of ${models.length} model: it compares at least two`
        : `UDR of models that saw different numbers of images: ${[...counts].join(", ")}`,
    );
  }
  const count = [...counts][0]!;
  const active = models.map(activeCodes);
  /** strengths[i][j]: how well the codes of model i are found among those of model j. */
  const measure = (rows: Uint32Array): number[][] => {
    const codes = models.map(
      ({ mean }, i) =>
        standardize(
          gather(
            active[i]!.map((d) => mean[d]!),
            rows,
          ),
        ).columns,
    );
    return codes.map((own) =>
      codes.map((other) => (other === own ? 0 : relativeStrength(relationOf(other, own)))),
    );
  };
  const scoresOf = (strengths: readonly (readonly number[])[]) =>
    strengths.map((row, i) => median(without(row, i)));
  const strengths = measure(Uint32Array.from({ length: count }, (_, row) => row));
  const scores = scoresOf(strengths);
  const intervals = bootstrapEach(scores, { count, replicates, seed, resampled: "images" }, (rows) =>
    scoresOf(measure(rows)),
  );
  return scores.map((score, i) => ({
    metric: "udr",
    definition: "UDR of Duan et al. 2020 as in disentanglement_lib: lasso, median over the other models",
    settings: { alpha: ALPHA, leastKl: LEAST_KL, relation: "lasso" },
    samples: { images: count, models: models.length },
    seed,
    score,
    parts: { perPartner: without(strengths[i]!, i), activeCodes: active[i]!.length },
    interval: intervals[i]!,
  }));
}

/** Codes whose mean KL to the prior is above `LEAST_KL` nats; the others say nothing of the images. */
function activeCodes({ mean, logVariance }: RankedModel): number[] {
  const informative = mean.map((column, d) => {
    const logs = logVariance[d]!;
    let sum = 0;
    for (let i = 0; i < column.length; i++) {
      sum += 0.5 * (column[i]! ** 2 + Math.exp(logs[i]!) - 1 - logs[i]!);
    }
    return sum / column.length > LEAST_KL;
  });
  return mean.map((_, d) => d).filter((d) => informative[d]);
}

/** |coefficients| of a lasso from the codes of one model to those of another: `[from]` of `[to]`. */
function relationOf(from: Columns, to: Columns): number[][] {
  const coefficients = fitLasso(from, to, { alpha: ALPHA });
  return from.map((_, i) => coefficients.map((row) => Math.abs(row[i]!)));
}

const without = (values: readonly number[], index: number): number[] => values.filter((_, i) => i !== index);

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
