/** What a sweep can do with each trained run: one entry for each step. */

import { z } from "zod";
import { evaluate, measureRun } from "../jobs/index.ts";
import type { Place } from "../trained/index.ts";

/** A stage of a step, for a progress line. */
export type StepProgress = (progress: { stage: string; done: number; total: number }) => void;

interface StepKind<S extends z.ZodObject> {
  readonly options: S;
  /** What it writes, within the run. */
  readonly output: string;
  run(
    path: string,
    options: z.output<S>,
    place: Place & { readonly onProgress: StepProgress },
  ): Promise<unknown>;
}

function kind<S extends z.ZodObject>(definition: StepKind<S>): StepKind<S> {
  return definition;
}

export const stepKinds = {
  evaluate: kind({
    options: z.strictObject({
      samples: z.int().min(1).optional().describe("importance samples of each image (default 500)"),
      limit: z.int().min(2).optional().describe("only the first so many held-out images"),
    }),
    output: "tables/evaluation.json",
    run: (path, options, place) => evaluate(path, { ...options, ...place }),
  }),
  metrics: kind({
    options: z.strictObject({
      only: z
        .array(z.string())
        .min(1)
        .optional()
        .describe("names of metrics (default: all that the data allows)"),
      representation: z
        .enum(["mean", "sample"])
        .optional()
        .describe("posterior means or draws (default mean)"),
      train: z.int().min(2).optional().describe("samples to learn from (default 10 000)"),
      test: z.int().min(1).optional().describe("samples to judge by (default 5000)"),
      replicates: z.int().min(2).optional().describe("of each bootstrap (default 200)"),
      seed: z.int().nonnegative().optional().describe("of the samples (default: the run's)"),
    }),
    output: "tables/metrics.json",
    run: (path, { only, ...options }, place) => measureRun(path, { metrics: only, ...options, ...place }),
  }),
} as const;

export type StepName = keyof typeof stepKinds;

/** A step with its options. */
export interface Step {
  readonly step: StepName;
  readonly options: Readonly<Record<string, unknown>>;
}

const names = Object.keys(stepKinds) as [StepName, ...StepName[]];

/** `evaluate`, or `evaluate: { samples: 100 }`. */
export const stepSchema = z
  .union([
    z.enum(names).transform((step): Step => ({ step, options: {} })),
    ...names.map((step) =>
      z
        .strictObject({ [step]: stepKinds[step].options })
        .transform((given): Step => ({ step, options: given[step] as Step["options"] })),
    ),
  ])
  .meta({ description: "done with each run after it is trained" });

/** Does one step. Throws as the command of that name. */
export async function runStep(
  { step, options }: Step,
  path: string,
  place: Place & { readonly onProgress: StepProgress },
): Promise<void> {
  if (step === "evaluate")
    await stepKinds.evaluate.run(path, stepKinds.evaluate.options.parse(options), place);
  else await stepKinds.metrics.run(path, stepKinds.metrics.options.parse(options), place);
}
