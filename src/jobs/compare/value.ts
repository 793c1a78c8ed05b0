/** The comparison as data. */

import { z } from "zod";
import { float } from "../record.ts";

const measure = z.object({
  key: z.string(),
  label: z.string(),
  unit: z.string().optional(),
  better: z.enum(["higher", "lower"]).optional(),
  definition: z.string(),
  intervals: z
    .array(z.object({ mean: float, halfWidth: float, deviation: float, count: z.int() }).nullable())
    .describe(
      "mean and half of its 95 % interval over the seeds, in the order of `settings`; null where no run has it",
    ),
  differences: z.array(
    z.object({
      from: z.string().describe("a setting's label"),
      to: z.string(),
      difference: float,
      low: float,
      high: float,
      p: float,
      pairs: z.int().describe("seeds that both have, where the test is paired; else 0"),
      larger: z.boolean().describe("than the noise over seeds, by Holm's test at 5 % within the measure"),
    }),
  ),
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
    z.object({ name: z.string(), path: z.string(), seed: z.int(), values: z.record(z.string(), float) }),
  ),
});

export const comparisonValue = z.object({
  format: z.literal(1),
  data: z.object({ name: z.string(), fingerprint: z.string() }),
  verdict: z.string().describe("which differences are more than luck, in a sentence"),
  method: z.string(),
  rows: z.array(z.array(z.string())).describe("the table for reading; the first row is its heading"),
  leftOut: z.array(z.object({ name: z.string(), reason: z.string() })),
  notes: z.array(z.string()),
  settings: z.array(settings),
  measures: z.array(measure),
  correlations: z
    .object({ measures: z.array(z.string()), spearman: z.array(z.array(float).readonly()).readonly() })
    .optional()
    .describe("rank correlation over the runs; absent for fewer than four"),
});

export type ComparisonValue = z.output<typeof comparisonValue>;
