/** The tables that a run holds, read back: what cannot be used is described, not thrown and not guessed. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { check, describeIssue } from "../base/issues.ts";
import { parseJson } from "../base/json.ts";

/** The version of every table that this version of betalab writes and reads. */
const FORMAT = 1;

/** A table of a run; or one sentence that names the file and says why it cannot be used; `undefined`: not there. */
export type ReadTable<T> =
  | { readonly value: T; readonly problem?: undefined }
  | { readonly problem: string; readonly value?: undefined }
  | undefined;

/**
 * Reads `tables/NAME` of the run at `path`.
 *
 * @param schema of all that the caller uses
 */
export function readTable<S extends z.ZodType>(
  path: string,
  name: string,
  schema: S,
): ReadTable<z.output<S>> {
  const file = join(path, "tables", name);
  if (!existsSync(file)) return undefined;
  const problem = (why: string) => ({ problem: `tables/${name} can’t be used: ${why}` });
  let value: unknown;
  try {
    value = parseJson(readFileSync(file, "utf8"));
  } catch (error) {
    return problem((error as Error).message);
  }
  const { format } = (value ?? {}) as { readonly format?: unknown };
  if (typeof format === "number" && format > FORMAT) {
    return problem(`its format ${format} is of a newer betalab; this one reads ${FORMAT}`);
  }
  const checked = check(schema, value);
  return checked.issue === undefined ? { value: checked.output } : problem(describeIssue(checked.issue));
}

// NaN and the infinities too, which zod's own number refuses.
const number = z.custom<number>((value) => typeof value === "number", { error: "expected a number" });
const text = z.string();
const list = <S extends z.ZodType>(element: S) => z.array(element).readonly();
const estimate = z.object({ mean: number, standardError: number });
const bits = z.union([
  z.object({
    measure: z.enum(["mass", "density"]),
    negativeElbo: number,
    reconstruction: number,
    kl: number,
    negativeLogLikelihood: number,
  }),
  z.object({ undefinedBecause: text }),
]);

/** `tables/evaluation.json`, as `evaluate` writes it. */
export const evaluationSchema = z.object({
  format: z.literal(FORMAT),
  run: text,
  step: number,
  data: text,
  split: z.enum(["heldOut", "train"]),
  images: number,
  latentDim: number,
  importance: z.object({
    samples: number,
    negativeElbo: estimate,
    reconstruction: estimate,
    kl: estimate,
    negativeLogLikelihood: estimate,
    bySamples: list(z.object({ samples: number, negativeLogLikelihood: estimate })),
    effectiveSamples: estimate,
  }),
  bits,
  activeUnits: z.object({ count: number, threshold: number, variances: list(number) }),
  klPerDimension: list(number),
  decomposition: z.object({
    images: number,
    draws: number,
    mutualInformation: estimate,
    totalCorrelation: estimate,
    dimensionwiseKl: estimate,
    dimensionwiseKlPerDimension: list(estimate),
    sum: estimate,
    kl: number,
  }),
  train: z.object({ images: number, negativeElbo: estimate }).optional(),
  diagnoses: list(z.object({ sentence: text })),
});

/** `tables/metrics.json`, as `metrics` writes it. */
export const metricsSchema = z.object({
  format: z.literal(FORMAT),
  step: number,
  data: text,
  images: number,
  results: list(
    z.object({
      metric: text,
      definition: text,
      unit: text,
      better: z.enum(["higher", "lower"]).optional(),
      settings: z.record(text, z.unknown()),
      samples: z.record(text, z.unknown()),
      score: number,
      interval: z.object({ low: number, high: number }),
    }),
  ),
});
