/** What is known of a run's latents: what `tables/metrics.json` holds, and how new results join what is there. */

import { join } from "node:path";
import { z } from "zod";
import { canonicalJson } from "../base/json.ts";
import { float, list, readJobRecord, recordHead } from "./job-record.ts";

const settings = z.record(
  z.string(),
  z.union([float, z.string(), z.boolean(), list(z.union([float, z.string()]))]),
);

const result = {
  definition: z.string().describe("who defined it, and which of its variants this is"),
  settings: settings.describe("what decides the score, by name"),
  samples: z.record(z.string(), z.int()).describe("samples by what they were for"),
  seed: z.int().describe("of everything drawn"),
  score: float.describe("in the metric's unit"),
  parts: z
    .record(z.string(), z.union([float, list(float), list(list(float))]))
    .describe("numbers behind the score, by name (docs/metrics.md)"),
  remarks: list(z.string())
    .optional()
    .describe("what must be known beside the score: what it leaves out, how it took the factors"),
  interval: z
    .object({
      low: float.describe("in the score's unit"),
      high: float.describe("in the score's unit"),
      level: z.literal(0.95).describe("of confidence"),
      replicates: z.int().describe("0 when nothing was sampled"),
      resampled: z.string().describe("what was drawn anew for each replicate"),
    })
    .describe("how far the score could be off by the choice of samples"),
};

const chance = z.object({
  score: float.describe("in the score's unit"),
  from: z
    .enum(["definition", "permuted codes"])
    .describe("how it is known: in closed form, or measured on the codes of other images"),
});

const measured = z.object({
  metric: z.string().describe("its name"),
  ...result,
  unit: z.enum(["share", "nats", "variance"]).describe("of the score; a share lies in [0, 1]"),
  better: z.enum(["higher", "lower"]).describe("which scores are better"),
  chance: chance
    .optional()
    .describe("the score of codes that know nothing; absent where the metric is about codes alone"),
});

/** A score with all that is needed to know which score it is. */
export type MeasuredMetric = z.output<typeof measured>;

const metricResult = z.looseObject({
  ...measured.shape,
  step: z.int().describe("training steps of the weights that were measured"),
});

const measuredUdr = z.object({
  metric: z.literal("udr").describe("its name"),
  ...result,
  score: float.describe("median over the other models"),
  chance: chance.describe("the score of models that know nothing of each other"),
});

/** UDR judges several runs, so it stands in no run's record. */
export const udrResult = z.looseObject(measuredUdr.shape);

export type MeasuredUdr = z.output<typeof measuredUdr>;

export const metricsRecord = z.looseObject({
  ...recordHead,
  data: z.string().describe("the data set's name"),
  images: z.int().describe("images that were encoded"),
  latentDim: z.int().describe("latents of the model"),
  seed: z.int().describe("of everything drawn"),
  results: z.array(metricResult).describe("one for each metric, settings, seed and weights"),
  skipped: z
    .array(z.object({ metric: z.string().describe("its name"), reason: z.string().describe("why") }))
    .describe("what can't be measured on this data, and why"),
  seconds: z
    .object({
      encoding: float.describe("of it for encoding images, s"),
      total: float.describe("all of it, s"),
    })
    .describe("time it took"),
});

export type MetricsRecord = z.output<typeof metricsRecord>;
export type RecordedMetric = MetricsRecord["results"][number];

/**
 * What `metrics` left in a run; `undefined` where it did not.
 *
 * Throws "run" naming the file when it can't be used.
 */
export function readMetrics(run: string): MetricsRecord | undefined {
  return readJobRecord(join(run, "tables", "metrics.json"), metricsRecord, "metrics");
}

/** `before` with what was measured `now`: a result replaces one of the same metric, settings, seed and weights. */
export function mergeMetrics(before: MetricsRecord | undefined, now: MetricsRecord): MetricsRecord {
  if (before === undefined) return now;
  const replaced = new Set(now.results.map(identity));
  const results = [...before.results.filter((one) => !replaced.has(identity(one))), ...now.results];
  const judged = new Set([...results, ...now.skipped].map(({ metric }) => metric));
  const skipped = [...before.skipped.filter(({ metric }) => !judged.has(metric)), ...now.skipped];
  return { ...before, ...now, results, skipped };
}

function identity({ metric, definition, settings, seed, step }: RecordedMetric): string {
  return canonicalJson({ metric, definition, settings, seed, step });
}

/** Of the newest weights that were measured, one result a metric: the one that was measured last. */
export function newestResults({ results, checkpoint }: MetricsRecord): RecordedMetric[] {
  const byMetric = new Map<string, RecordedMetric>();
  for (const one of results) if (one.step === checkpoint.step) byMetric.set(one.metric, one);
  return [...byMetric.values()];
}
