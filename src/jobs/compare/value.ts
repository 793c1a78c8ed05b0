/** The comparison as data, and the types of what it is made of: the computing files hold indices where these hold names. */

import { z } from "zod";
import { said } from "../../metrics/index.ts";
import { diagnosis, float, list } from "../../runs/index.ts";

const method = z
  .enum(["pooled", "welch", "images", "none"])
  .describe(
    "where the noise is known from: one residual of all settings; each pair's own variances (Welch); images, of single runs; nowhere",
  );

const measure = z.object({
  key: z.string().describe("stable: for scripts"),
  label: z.string().describe("for a heading"),
  unit: z
    .string()
    .optional()
    .describe("of all its numbers but p, effect and freedom; absent for counts and shares"),
  better: z.enum(["higher", "lower"]).optional().describe("absent where neither is"),
  definition: z
    .string()
    .describe(
      "what is measured, by whose definition, settings and samples: runs whose texts differ can't be compared by it",
    ),
  whole: z.boolean().optional().describe("a count: whole numbers"),
  withheld: z
    .string()
    .optional()
    .describe("why it is left out of the verdict: it is bounded by something else than the models"),
});

export type Measure = z.output<typeof measure>;

const interval = z.object({
  mean: float.describe("over the runs that count"),
  halfWidth: float.describe("of the 95 % interval; NaN for one run"),
  deviation: float.describe("standard deviation (n − 1) over those runs; NaN for one"),
  count: z.int().describe("runs that count"),
});

export type Interval = z.output<typeof interval>;

const difference = z.object({
  from: z.string().describe("a setting's label"),
  to: z.string().describe("another setting's label"),
  difference: float.describe("mean of `to` − mean of `from`"),
  low: float.describe("95 % interval of this difference alone"),
  high: float.describe("upper end of that interval"),
  effect: float.describe(
    "Hedges' g: in standard deviations of the noise over seeds, corrected for their few degrees of freedom; NaN of fewer than two",
  ),
  freedom: float.describe("degrees of freedom of this test"),
  p: float.describe("two-sided, of this test alone"),
  adjusted: float.describe("Holm's, over all pairs of all measures"),
  discovery: float.describe("Benjamini and Hochberg's, over the same: for the exploratory table"),
  larger: z.boolean().describe("than the noise over seeds: `adjusted` is at most `family.level`"),
  method,
});

/** Setting `to` minus setting `from`, as indices, beside all others. NaN where it is not known. */
export type PairDifference = Omit<z.output<typeof difference>, "from" | "to"> & {
  readonly from: number;
  readonly to: number;
};

/** By its own test alone. */
export type Difference = Omit<PairDifference, "adjusted" | "discovery" | "larger">;

const term = z.object({
  factors: list(z.string()).describe("one key: its main effect; two: their interaction"),
  f: float.describe("F statistic"),
  freedom: z.tuple([float, float]).readonly().describe("degrees of freedom, of the term and of the residual"),
  p: float.describe("of this test alone"),
  discovery: float.describe("Benjamini and Hochberg's, over all terms of all measures"),
});

export type Term = z.output<typeof term>;

const factor = z.object({
  key: z.string().describe("config key"),
  levels: list(z.unknown()).describe("its values"),
  of: list(z.int()).describe("index of each setting's level"),
});

export type Factor = z.output<typeof factor>;

const family = z.object({
  tests: z.int().describe("pairs of settings, over all measures"),
  measures: z.int().describe("measures among them"),
  level: z
    .number()
    .describe("up to this Holm's adjusted p counts; docs/statistics.md says why it is half of 5 %"),
  least: float.describe(
    "what the clearest difference of all has to be at least to count, in deviations of the noise; NaN where nothing was tested",
  ),
  variancesDiffer: z.boolean().describe("over all measures together: then each is judged by Welch's test"),
});

export type Family = z.output<typeof family>;

const compared = measure.extend({
  intervals: z
    .array(interval.nullable())
    .describe(
      "mean and half of its 95 % interval over the seeds (Student), in the order of `settings`; null where no run counts",
    ),
  chances: z
    .array(float.nullable())
    .describe(
      "score of codes that carry no information, for each setting; null where no such level is defined",
    ),
  atChance: list(z.boolean()).describe("whose interval does not lie on the better side of it"),
  imageErrors: list(float).describe("standard error over images of each setting's mean"),
  aside: z
    .array(float.nullable())
    .describe("mean of the runs that don't count, where a setting has no other"),
  method,
  blocks: z.boolean().describe("seeds are a block of the model"),
  deviation: float.describe("residual standard deviation over seeds"),
  freedom: float.describe("its degrees of freedom"),
  equalVariances: float.describe("p of equal variances of the settings (Bartlett)"),
  leftOut: list(
    z.object({ run: z.string().describe("its name"), reason: z.string().describe("why") }),
  ).describe("runs without this measure"),
  differences: z.array(difference).describe("of every pair of settings with a number"),
  terms: list(term).describe(
    "analysis of variance over the grid; empty without one, and where variances differ",
  ),
});

/** One measure over all settings, in the order of the groups; `undefined` where no run of a group counts. */
export type MeasureComparison = Omit<
  z.output<typeof compared>,
  "intervals" | "chances" | "aside" | "differences" | "terms"
> & {
  readonly intervals: readonly (Interval | undefined)[];
  readonly chances: readonly (number | undefined)[];
  readonly aside: readonly (number | undefined)[];
  readonly differences: readonly PairDifference[];
  readonly terms: readonly Term[];
};

const settings = z.object({
  label: z.string().describe("for a heading"),
  settings: z.record(z.string(), z.unknown()).describe("keys that differ between settings"),
  beta: z
    .unknown()
    .optional()
    .describe(
      "the weight of the KL, a number or a schedule; absent where the objective steers it in another way",
    ),
  betaNorm: float.optional().describe("β·M/N for M latents and N pixels × channels"),
  runs: z
    .array(
      z.object({
        name: z.string().describe("the run's name"),
        path: z.string().describe("the run directory"),
        seed: z.int().describe("of the training"),
        values: z.record(z.string(), float).describe("by the measure's key, in its unit"),
        aside: z.string().optional().describe("why none of its numbers counts"),
        diagnoses: list(diagnosis).describe("what `evaluate` found wrong"),
      }),
    )
    .describe("runs of this setting"),
});

export const comparisonValue = z.object({
  format: z.literal(2).describe("version of this layout"),
  data: z
    .object({
      name: z.string().describe("the data set's name"),
      fingerprint: z.string().describe("hash of its pixels and splits"),
    })
    .describe("what all runs were measured on"),
  verdict: z.string().describe("which differences are more than luck, in a sentence"),
  words: z
    .array(said)
    .describe("what another setting changed: direction, size, meaning; and the numbers behind it"),
  method: z.string().describe("how differences were tested, in a sentence"),
  rows: z.array(z.array(z.string())).describe("the table for reading; the first row is its heading"),
  leftOut: z
    .array(z.object({ name: z.string().describe("the run's name"), reason: z.string().describe("why") }))
    .describe("runs that can't be compared"),
  notes: z.array(z.string()).describe("what a reader must know beside the table"),
  settings: z.array(settings).describe("what is compared, each with its runs"),
  family: family.describe("what was tested together"),
  factors: list(factor).describe(
    "what the settings vary, where they are a grid: each setting's level as an index",
  ),
  measures: z.array(compared).describe("in the order of the table"),
  correlations: z
    .object({
      measures: z.array(z.string()).describe("their keys"),
      spearman: list(list(float)).describe("ρ of each pair, in the order of `measures`"),
    })
    .optional()
    .describe("rank correlation over the runs that count; absent for fewer than four"),
});

export type ComparisonValue = z.output<typeof comparisonValue>;
