/**
 * InfoMEC (Hsu et al. 2023, "Disentanglement via latent quantization"): modularity, compactness and explicitness from
 * information alone, as the authors' code measures them. Three metrics that share how much a code knows of a factor.
 */

import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import type { Columns } from "../../base/linear-algebra.ts";
import { largest, mean, sum } from "../../base/statistics.ts";
import { fitLogisticRegression } from "../learners/index.ts";
import { entropy } from "./information.ts";
import { type FactorInput, type Measurement, metric } from "./metric.ts";
import { neighbourInformation } from "./neighbour-information.ts";
import { bootstrap, gather, gatherLevels, meanOf, shownFactors } from "./sampling.ts";
import { standardize } from "./standardize.ts";

type Information = readonly (readonly number[])[];

/**
 * (mean over codes of the largest share that one factor has of what the code knows − 1/K) / (1 − 1/K). A code
 * that knows nothing counts as one that knows of all factors alike.
 *
 * @param information I(code; factor) / H(factor), `[codes]` of `[factors]`
 *
 * Throws "data" for a single factor: every code would be modular.
 */
export function infoModularityOf(information: Information): number {
  return concentrationOf(information, "factor");
}

/** The same over factors, each shared among codes. Throws "data" for a single code. */
export function infoCompactnessOf(information: Information): number {
  return concentrationOf(
    information[0]!.map((_, k) => information.map((row) => row[k]!)),
    "active code",
  );
}

function concentrationOf(rows: Information, among: string): number {
  const width = rows[0]!.length;
  if (width < 2) throw new BetalabError("data", `of ${width} ${among} nothing can be concentrated`);
  const shares = rows.map((row) => {
    const whole = sum(row);
    return whole > 0 ? largest(row) / whole : 1 / width;
  });
  return (mean(shares) - 1 / width) / (1 - 1 / width);
}

const sharedOptions = {
  neighbours: z
    .int()
    .min(1)
    .default(10)
    .describe("of a sample's own class that its information is estimated from"),
  leastRange: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe("a code that moves by less than this share of the widest code's range is left out"),
  refits: z.int().min(2).max(10_000).default(10).describe("replicates of the interval at most"),
};

/** Modularity and compactness: what they are of is the same. */
async function concentration(
  input: FactorInput,
  { neighbours, leastRange, refits }: z.output<z.ZodObject<typeof sharedOptions>>,
  scoreOf: (information: Information) => number,
): Promise<Measurement> {
  const { factors, seed, pause } = input;
  const { shown, remarks } = shownFactors(input);
  // A sample that is drawn twice would be its own nearest neighbour.
  const rows = Uint32Array.from(new Set(input.train));
  const codes = gather(input.codes, rows);
  const levels = factors.levels.map((column) => gatherLevels(column, rows));
  const ranges = codes.map((column) => largest(column) + largest(column.map((value) => -value)));
  const least = leastRange * largest(ranges);
  const active = codes.filter((_, d) => ranges[d]! > least);
  if (active.length === 0) throw new BetalabError("data", "no code varies");
  const informationOf = async (some: Columns, classes: readonly Int32Array[]) => {
    const table: number[][] = [];
    for (const code of some) {
      await pause();
      table.push(classes.map((own) => shareOf(neighbourInformation(code, own, neighbours, seed), own)));
    }
    return table;
  };
  const scoreShown = (all: Information) => scoreOf(all.map((row) => row.filter((_, k) => shown[k])));
  const information = await informationOf(active, levels);
  const score = scoreShown(information);
  const interval = await bootstrap(
    score,
    { ...input, train: rows },
    { halves: true, mostReplicates: refits, resampled: "halves of the samples" },
    async (some) => {
      const half = levels.map((column) => gatherLevels(column, some));
      return scoreShown(await informationOf(gather(active, some), half));
    },
  );
  return {
    score,
    parts: { activeCodes: active.length, normalisedInformation: information },
    remarks,
    samples: { train: rows.length },
    interval,
  };
}

/** Of the factor's entropy; 0 where the samples show it at one level only. */
function shareOf(information: number, levels: Int32Array): number {
  const whole = entropy(levels);
  return whole > 0 ? information / whole : 0;
}

function concentrationMetric(title: `Info${string}`, scoreOf: (information: Information) => number) {
  return metric({
    name: title.toLowerCase().replace("info", "info-"),
    definition: `${title} of Hsu et al. 2023, from nearest-neighbour information over the factor's entropy`,
    needs: "factors",
    unit: "share",
    better: "higher",
    chance: "permuted",
    options: z.strictObject(sharedOptions),
    measure: (input, options) => concentration(input, options, scoreOf),
  });
}

export const infoModularity = concentrationMetric("InfoModularity", infoModularityOf);
export const infoCompactness = concentrationMetric("InfoCompactness", infoCompactnessOf);

export const infoExplicitness = metric({
  name: "info-explicitness",
  definition:
    "InfoExplicitness of Hsu et al. 2023: share of the factor's entropy that logistic regression without a penalty takes away, on its training samples",
  needs: "factors",
  unit: "share",
  better: "higher",
  chance: "permuted",
  options: z.strictObject({
    iterations: z.int().min(1).max(100_000).default(100).describe("steps of the regression at most"),
  }),
  async measure(input, { iterations }) {
    const { codes, factors, train, pause } = input;
    const { shown, remarks } = shownFactors(input);
    const { columns } = standardize(gather(codes, train));
    const losses: Float64Array[] = [];
    const nulls: number[] = [];
    for (const [k, column] of factors.levels.entries()) {
      await pause();
      const levels = gatherLevels(column, train);
      if (!shown[k]) {
        losses.push(new Float64Array(levels.length));
        nulls.push(0);
        continue;
      }
      const model = fitLogisticRegression(columns, levels, {
        C: Number.POSITIVE_INFINITY,
        balanced: true,
        tolerance: 1e-4,
        maxIterations: iterations,
      });
      const probabilities = model.probabilities(columns);
      const position = new Map(model.classes.map((one, k) => [one, k]));
      losses.push(
        Float64Array.from(
          levels,
          (one, i) => -Math.log(Math.max(probabilities[position.get(one)!]![i]!, 1e-15)),
        ),
      );
      // Of classes that weigh alike, nothing but their number is known without the codes.
      nulls.push(Math.log(model.classes.length));
    }
    const scoresOf = (average: (loss: Float64Array) => number) =>
      losses.map((loss, k) => (nulls[k]! > 0 ? 1 - average(loss) / nulls[k]! : 0));
    const meanOfShown = (perFactor: readonly number[]) => mean(perFactor.filter((_, k) => shown[k]));
    const perFactor = scoresOf(mean);
    const score = meanOfShown(perFactor);
    return {
      score,
      parts: { perFactor },
      remarks,
      samples: { train: train.length },
      interval: await bootstrap(
        score,
        input,
        { resampled: "samples, regressions kept", range: [Number.NEGATIVE_INFINITY, 1] },
        (rows) => meanOfShown(scoresOf((loss) => meanOf(loss, rows))),
      ),
    };
  },
});
