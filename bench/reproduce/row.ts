/** One published or claimed number: the sweep that asks for it, and how its runs answer. */

import type { EvaluationRecord, MetricsRecord } from "../../src/runs/index.ts";
import type { SweepInput } from "../../src/sweeps/index.ts";

/** The data that a row needs: what `--data` and its like name, or nothing where it is drawn here. */
export type Needs = "mnist" | "dsprites" | "nothing";

export interface Row {
  /** What `--row` names, and what its folder is called. */
  readonly name: string;
  /** What is trained, and what is claimed of it. */
  readonly claim: string;
  /** The number to meet, and whose it is. */
  readonly reference: string;
  readonly data: Needs;
  readonly sweep: SweepInput;
  /** Processor minutes on one core of the machine that docs/reproduced.md names, for all runs together. */
  readonly minutes: number;
  /** What came out, in words, and whether the claim holds. */
  answer(runs: readonly Reproduced[]): Answer;
}

interface Answer {
  readonly figures: string;
  readonly holds: boolean;
}

/** A finished run of a row. Nats per image, held-out images, β = 1. */
export interface Reproduced {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly epochs: number;
  readonly steps: number;
  /** After the last epoch. */
  readonly negativeElbo: number;
  readonly reconstruction: number;
  readonly kl: number;
  readonly klPerDimension: readonly number[];
  /** After every epoch. */
  readonly klByEpoch: readonly number[];
  readonly evaluation: EvaluationRecord | undefined;
  readonly metrics: MetricsRecord | undefined;
}

/** The runs whose settings have this value under this key (a section's `kind` counts as its value). */
export function having(runs: readonly Reproduced[], key: string, value: unknown): readonly Reproduced[] {
  const found = runs.filter(({ settings }) => {
    const own = settings[key];
    return own === value || (own as { readonly kind?: unknown } | undefined)?.kind === value;
  });
  if (found.length === 0) throw new Error(`no run of this row has ${key} = ${String(value)}`);
  return found;
}

/** "105.5, 105.6, 105.4": one number of each run. */
export function each(runs: readonly Reproduced[], figure: (run: Reproduced) => number, digits = 1): string {
  return runs.map((run) => figure(run).toFixed(digits)).join(", ");
}

export function average(runs: readonly Reproduced[], figure: (run: Reproduced) => number): number {
  return runs.reduce((sum, run) => sum + figure(run), 0) / runs.length;
}

/** The evaluation of a run whose sweep asks for one. */
export function evaluated({ evaluation }: Reproduced): EvaluationRecord {
  if (evaluation === undefined) throw new Error("this row's sweep has no evaluation");
  return evaluation;
}

/** −ln p(x) from above, by importance sampling. */
export const nll = (run: Reproduced): number => evaluated(run).importance.negativeLogLikelihood.mean;

/** The score of a metric that the row's sweep asks for. */
export function score(metric: string): (run: Reproduced) => number {
  return ({ metrics }) => {
    const found = metrics?.results.find((result) => result.metric === metric);
    if (found === undefined) throw new Error(`${metric} was not measured: see the run's tables/metrics.json`);
    return found.score;
  };
}
