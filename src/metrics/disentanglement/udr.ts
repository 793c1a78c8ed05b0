/**
 * Unsupervised disentanglement ranking: a model is disentangled if others trained alike find the same axes. Needs
 * several models and no labels, so it stands beside the registry: it judges a set of runs, not one.
 */

import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { check, describeIssue } from "../../base/issues.ts";
import { type Columns, columnsOf } from "../../base/linear-algebra.ts";
import { breathe, report, type Watch } from "../../base/progress.ts";
import { permutation } from "../../base/random.ts";
import { largest, mean, median, ranks } from "../../base/statistics.ts";
import { latentStatistics, type Posteriors } from "../../latent/index.ts";
import type { MeasuredUdr } from "../../runs/web.ts";
import { fitLasso } from "../learners/index.ts";
import { bootstrapEach, gather, PERMUTATIONS } from "./sampling.ts";
import { squaredCorrelation } from "./sap.ts";
import { standardize } from "./standardize.ts";

export const udrOptions = z.strictObject({
  images: z
    .int()
    .min(2)
    .default(1000)
    .describe("held-out images that models are compared on, drawn by the seed"),
  relation: z
    .enum(["lasso", "spearman"])
    .default("lasso")
    .describe("what says that two codes are alike: coefficients of a lasso, or rank correlations"),
  alpha: z.number().nonnegative().default(0.1).describe("weight of the lasso's penalty"),
  leastKl: z.number().nonnegative().default(0.01).describe("nats above which a latent takes part"),
  replicates: z.int().min(2).max(100_000).default(50).describe("of the bootstrap over images"),
  seed: z.int().nonnegative().default(0).describe("of the bootstrap"),
});

export type UdrOptions = z.output<typeof udrOptions>;

/** The options with their defaults. Throws "config" naming a wrong one and its value. */
export function parseUdrOptions(given: unknown = {}): UdrOptions {
  const { output, issue } = check(udrOptions, given);
  if (issue === undefined) return output;
  const keys = `it has ${Object.keys(udrOptions.shape).join(", ")}`;
  throw new BetalabError("config", describeIssue(issue, ["settings.udr", ...issue.path].join(".")), keys);
}

/**
 * ½ [mean over columns j of (max_i R)² / Σ_i R + mean over rows i of (max_j R)² / Σ_j R] (Duan et al. 2020):
 * how close R is to a permutation. A row or column of zeros counts as 0; so does a matrix without rows.
 *
 * @param relation R, not negative: how much code i of one model says about code j of another
 */
export function relativeStrength(relation: readonly (readonly number[])[]): number {
  const side = (lines: readonly (readonly number[])[]): number => {
    const strengths = lines.map((line) => {
      const sum = line.reduce((total, one) => total + one, 0);
      return sum > 0 ? largest(line) ** 2 / sum : 0;
    });
    return mean(strengths);
  };
  const columns = (relation[0] ?? []).map((_, j) => relation.map((row) => row[j]!));
  return (side(columns) + side(relation)) / 2;
}

export type UdrResult = MeasuredUdr;

/**
 * The score of each model among all of them.
 *
 * @param models posteriors of the same images in the same order; 1000 images are what the paper takes
 *
 * Throws "data" for fewer than two models, or when they were shown different numbers of images; "interrupted".
 */
export async function computeUdr(
  models: readonly Posteriors[],
  given: z.input<typeof udrOptions> = {},
  watch: Watch = {},
): Promise<UdrResult[]> {
  const { relation, alpha, leastKl, replicates, seed } = parseUdrOptions(given);
  const counts = new Set(models.map(({ count }) => count));
  if (models.length < 2 || counts.size !== 1) {
    throw new BetalabError(
      "data",
      models.length < 2
        ? `UDR of ${models.length} model: it compares at least two`
        : `UDR of models that saw different numbers of images: ${[...counts].join(", ")}`,
    );
  }
  const count = [...counts][0]!;
  const active = models.map((model) => {
    const codes = columnsOf(model.mean, model.mean.length / count);
    const { kl } = latentStatistics(model);
    // The others say nothing about the images.
    return codes.filter((_, d) => kl[d]! > leastKl);
  });
  const relate = (from: Columns, to: Columns): number[][] => {
    if (relation === "spearman") return from.map((a) => to.map((b) => Math.sqrt(squaredCorrelation(a, b))));
    // |coefficients| from the codes of one model to those of another.
    const coefficients = fitLasso(from, to, { alpha });
    return from.map((_, i) => coefficients.map((row) => Math.abs(row[i]!)));
  };
  /** strengths[i][j]: how well the codes of model i are found among those of model j. */
  const measure = (rowsOf: (model: number) => Uint32Array): number[][] => {
    // Spearman's ρ is the correlation of ranks.
    const prepare = relation === "lasso" ? standardize : (some: Columns) => ({ columns: some.map(ranks) });
    const codes = active.map((columns, i) => prepare(gather(columns, rowsOf(i))).columns);
    return codes.map((own) =>
      codes.map((other) => (other === own ? 0 : relativeStrength(relate(other, own)))),
    );
  };
  const scoresOf = (strengths: readonly (readonly number[])[]) =>
    strengths.map((row, i) => median(without(row, i)));
  const all = Uint32Array.from({ length: count }, (_, row) => row);
  const strengths = measure(() => all);
  const scores = scoresOf(strengths);
  // Models that know nothing of each other: each has its codes of other images than the others.
  const unrelated = Array.from({ length: PERMUTATIONS }, (_, i) =>
    scoresOf(
      measure((model) =>
        permutation(count, { seed, stream: "metrics/udr-chance", step: i * models.length + model }),
      ),
    ),
  );
  let done = 0;
  const pause = async () => {
    report(watch, "measuring udr", done++, replicates);
    await breathe();
  };
  const input = { train: all, replicates, seed, pause };
  const intervals = await bootstrapEach(scores, input, { resampled: "images" }, (rows) =>
    scoresOf(measure(() => rows)),
  );
  return scores.map((score, i) => ({
    metric: "udr",
    definition: `UDR of Duan et al. 2020 as in disentanglement_lib: ${relation === "lasso" ? "lasso" : "Spearman's ρ"}, median over the other models`,
    settings: { relation, ...(relation === "lasso" && { alpha }), leastKl },
    samples: { images: count, models: models.length },
    seed,
    score,
    parts: { perPartner: without(strengths[i]!, i), activeCodes: active[i]!.length },
    interval: intervals[i]!,
    chance: { score: mean(unrelated.map((own) => own[i]!)), from: "permuted codes" },
  }));
}

const without = (values: readonly number[], index: number): number[] => values.filter((_, i) => i !== index);
