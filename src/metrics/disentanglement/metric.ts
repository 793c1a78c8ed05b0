/**
 * What a metric is: a sampling shell around a pure core. The core is a function of codes and factors with value
 * tests; the shell says which of the given rows it takes, with which settings, and how sure the score is. A new
 * metric is one file here and one line in `registry.ts`; a user's is a definition passed to `computeMetrics`.
 *
 * Tables are kept by column, `[dimensions]` of `[images]`: what is scanned together lies together.
 */

import type { z } from "zod";
import { formatFixed } from "../../base/format.ts";
import type { Columns } from "../../base/linear-algebra.ts";
import type { MeasuredMetric } from "../../runs/web.ts";
import type { FactorTable } from "./factor-table.ts";

/** How far a score could be off by the choice of samples. */
export type Interval = MeasuredMetric["interval"];

/** What codes score that know nothing. */
export type Chance = NonNullable<MeasuredMetric["chance"]>;

export type Settings = MeasuredMetric["settings"];

/** Whether an interval does not lie wholly on the better side of chance; never so where there is no chance level. */
export function isAtChance(
  { low, high }: Pick<Interval, "low" | "high">,
  better: "higher" | "lower",
  chance: number | undefined,
): boolean {
  return chance !== undefined && (better === "higher" ? low <= chance : high >= chance);
}

/** "0.412–0.587"; "exact" where nothing was left to chance. */
export const intervalText = ({ low, high, replicates }: Interval): string =>
  replicates === 0 ? "exact" : `${formatFixed(low, 3)}–${formatFixed(high, 3)}`;

/** "0.500", "~0.012, not beaten"; ~ where it was measured. */
export function chanceText(
  interval: Pick<Interval, "low" | "high">,
  better: "higher" | "lower",
  chance: Chance | undefined,
): string {
  if (chance === undefined) return "";
  const measured = chance.from === "definition" ? "" : "~";
  return `${measured}${formatFixed(chance.score, 3)}${isAtChance(interval, better, chance.score) ? ", not beaten" : ""}`;
}

/** What a metric measures in one go. */
export interface Measurement {
  readonly score: number;
  readonly parts: MeasuredMetric["parts"];
  /** What else decides the score, beside the options. */
  readonly settings?: Settings;
  /** What a reader must know beside the score, one sentence each without a full stop. */
  readonly remarks?: readonly string[];
  /** How continuous factors were taken (default: in the bins that are their levels). */
  readonly continuousAs?: string;
  /** Samples by what they were for. */
  readonly samples: Readonly<Record<string, number>>;
  readonly interval: Interval;
}

/** Codes alone. Rows of the samples are drawn by `computeMetrics`, the same for every metric of a call. */
export interface CodesInput {
  /** The representation that is judged, `[dimensions]` of `[images]`: posterior means, or draws. */
  readonly codes: Columns;
  /** The whole posteriors, `[dimensions]` of `[images]`; absent where codes are all that is known. */
  readonly posteriors?: { readonly mean: Columns; readonly logVariance: Columns };
  /** Rows to learn from, and rows to judge what was learnt. */
  readonly train: Uint32Array;
  readonly test: Uint32Array;
  readonly seed: number;
  /** Bootstrap replicates. */
  readonly replicates: number;
  /** Lets the event loop turn when it has not for a while; rejects with "interrupted". Between parts of long work. */
  readonly pause: () => Promise<void>;
}

export interface FactorInput extends CodesInput {
  readonly factors: FactorTable;
}

export interface LabelInput extends CodesInput {
  readonly labels: { readonly names: readonly string[]; readonly values: Int32Array };
}

/** What a metric may be given, by what it needs. */
export interface MetricInputs {
  readonly codes: CodesInput;
  readonly factors: FactorInput;
  readonly labels: LabelInput;
}

export interface MetricDefinition<Needs extends keyof MetricInputs, Options extends z.ZodObject> {
  readonly name: string;
  /** Who defined it, and which of its variants this is: one line that goes with every result. */
  readonly definition: string;
  /** "share" lies in [0, 1]. */
  readonly unit: "share" | "nats" | "variance";
  readonly better: "higher" | "lower";
  readonly needs: Needs;
  /**
   * It fixes one factor and takes the others as they come, which is right on a complete grid, and on other factors
   * only if they are independent: then it is measured on demand (`incomplete`). Default: false.
   */
  readonly fixesFactors?: boolean;
  /**
   * The score of codes that know nothing of the factors or labels: by its definition, or "permuted": measured on the codes
   * of other images, where samples and settings decide it and no closed form is known. Absent: it is about codes alone.
   */
  readonly chance?: number | "permuted" | ((input: MetricInputs[Needs]) => number);
  /** Its own settings, each described, with its default; those used go with every result. */
  readonly options: Options;
  /** Throws "data" for what can't be measured: the message is the reason that is given. */
  measure(input: MetricInputs[Needs], options: z.output<Options>): Measurement | Promise<Measurement>;
}

export type Metric = {
  [Needs in keyof MetricInputs]: MetricDefinition<Needs, z.ZodObject>;
}[keyof MetricInputs];

/** Declares a metric: types `measure` by what it needs and by its options. */
export function metric<Needs extends keyof MetricInputs, Options extends z.ZodObject>(
  definition: MetricDefinition<Needs, Options>,
): MetricDefinition<Needs, Options> {
  return definition;
}
