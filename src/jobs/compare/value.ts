/** The comparison as data. */

import { z } from "zod";
import { float } from "../../runs/index.ts";

const method = z
  .enum(["pooled", "welch", "images", "none"])
  .describe(
    "where the noise is known from: one residual of all settings; each pair's own variances (Welch); images, of single runs; nowhere",
  );

const measure = z.object({
  key: z.string(),
  label: z.string(),
  unit: z.string().optional(),
  better: z.enum(["higher", "lower"]).optional(),
  definition: z.string(),
  whole: z.boolean().optional().describe("a count: whole numbers"),
  withheld: z.string().optional().describe("why it is no part of the verdict"),
  intervals: z
    .array(z.object({ mean: float, halfWidth: float, deviation: float, count: z.int() }).nullable())
    .describe(
      "mean and half of its 95 % interval over the seeds (Student), in the order of `settings`; null where no run counts",
    ),
  chances: z
    .array(float.nullable())
    .describe("what codes score that know nothing, of each setting; null where there is no such level"),
  atChance: z.array(z.boolean()).readonly().describe("whose interval does not lie on the better side of it"),
  imageErrors: z.array(float).readonly().describe("standard error over images of each setting's mean"),
  aside: z
    .array(float.nullable())
    .describe("mean of the runs that don't count, where a setting has no other"),
  method,
  blocks: z.boolean().describe("seeds are a block of the model"),
  deviation: float.describe("residual standard deviation over seeds"),
  freedom: float.describe("its degrees of freedom"),
  equalVariances: float.describe("p of equal variances of the settings (Bartlett)"),
  leftOut: z.array(z.object({ run: z.string(), reason: z.string() })).readonly(),
  differences: z
    .array(
      z.object({
        from: z.string().describe("a setting's label"),
        to: z.string(),
        difference: float,
        low: float.describe("95 % interval of this difference alone"),
        high: float,
        effect: float.describe("Hedges' g: in standard deviations of the noise over seeds"),
        freedom: float,
        p: float.describe("of this test alone"),
        adjusted: float.describe("Holm's, over all pairs of all measures"),
        discovery: float.describe("Benjamini and Hochberg's, over the same"),
        larger: z.boolean().describe("than the noise over seeds: `adjusted` is at most `family.level`"),
        method,
      }),
    )
    .describe("of every pair of settings"),
  terms: z
    .array(
      z.object({
        factors: z.array(z.string()).readonly().describe("one key: its main effect; two: their interaction"),
        f: float,
        freedom: z.tuple([float, float]).readonly(),
        p: float,
        discovery: float.describe("Benjamini and Hochberg's, over all terms of all measures"),
      }),
    )
    .readonly(),
});

const settings = z.object({
  label: z.string(),
  settings: z.record(z.string(), z.unknown()).describe("keys that differ between settings"),
  beta: z
    .unknown()
    .optional()
    .describe(
      "the weight of the KL, a number or a schedule; absent where the objective steers it in another way",
    ),
  betaNorm: float.optional().describe("β·M/N for M latents and N pixels × channels"),
  runs: z.array(
    z.object({
      name: z.string(),
      path: z.string(),
      seed: z.int(),
      values: z.record(z.string(), float),
      aside: z.string().optional().describe("why none of its numbers counts"),
      diagnoses: z
        .array(z.object({ name: z.string(), sentence: z.string() }))
        .readonly()
        .describe("what `evaluate` found wrong"),
    }),
  ),
});

export const comparisonValue = z.object({
  format: z.literal(2),
  data: z.object({ name: z.string(), fingerprint: z.string() }),
  verdict: z.string().describe("which differences are more than luck, in a sentence"),
  words: z
    .array(z.object({ name: z.string(), plain: z.string(), exact: z.string() }))
    .describe("what another setting changed: direction, size, meaning; and the numbers behind it"),
  method: z.string(),
  rows: z.array(z.array(z.string())).describe("the table for reading; the first row is its heading"),
  leftOut: z.array(z.object({ name: z.string(), reason: z.string() })),
  notes: z.array(z.string()),
  settings: z.array(settings),
  family: z
    .object({
      tests: z.int(),
      measures: z.int(),
      level: z
        .number()
        .describe("up to this Holm's adjusted p counts; docs/statistics.md says why it is half of 5 %"),
      least: float.describe(
        "what the clearest difference of all has to be at least to count, in deviations of the noise",
      ),
      variancesDiffer: z
        .boolean()
        .describe("over all measures together: then each is judged by Welch's test"),
    })
    .describe("what was tested together"),
  factors: z
    .array(
      z.object({ key: z.string(), levels: z.array(z.unknown()).readonly(), of: z.array(z.int()).readonly() }),
    )
    .readonly()
    .describe("what the settings vary, where they are a grid: each setting's level as an index"),
  measures: z.array(measure),
  correlations: z
    .object({ measures: z.array(z.string()), spearman: z.array(z.array(float).readonly()).readonly() })
    .optional()
    .describe("rank correlation over the runs that count; absent for fewer than four"),
});

export type ComparisonValue = z.output<typeof comparisonValue>;
