/** What there is to compare: the runs that a person named, each with its config and every number that it holds. */

import { BetalabError } from "../../base/errors.ts";
import { formatDigits, plural } from "../../base/format.ts";
import { canonicalJson } from "../../base/json.ts";
import { groupBy } from "../../base/lists.ts";
import { breathe, report, type Watch } from "../../base/progress.ts";
import { UNUSED_NATS } from "../../base/unused.ts";
import type { Config } from "../../config/index.ts";
import { diagnosisTitle } from "../../metrics/index.ts";
import {
  type EvaluationRecord,
  type MetricRecord,
  newestResults,
  RunDirectory,
  readEvaluation,
  readMetrics,
} from "../../runs/index.ts";
import { type ModelPlace, OpenRun } from "../../trained/index.ts";
import { runsAt } from "../runs-at.ts";
import type { MeasuredRun } from "./one-measure.ts";
import type { Measure } from "./value.ts";

/** One run with its numbers. */
export interface CollectedRun extends MeasuredRun {
  readonly path: string;
  readonly opened: OpenRun;
  readonly config: Config;
  readonly data: { readonly name: string; readonly fingerprint: string };
  /** What computed, one after the other: "onnxruntime-node 1.30.0". */
  readonly engines: readonly string[];
  /** What `evaluate` found wrong with it. */
  readonly diagnoses: EvaluationRecord["diagnoses"];
  readonly notes: readonly string[];
}

/**
 * Reads runs, and the runs of sweeps and other folders, in order and each once. Runs of other data than most are left
 * out. Throws "data" naming the runs of each when no data set has most of them; "interrupted".
 */
export async function collectRuns(
  paths: readonly string[],
  place: ModelPlace,
  watch: Watch = {},
): Promise<{ runs: CollectedRun[]; leftOut: { name: string; reason: string }[] }> {
  const found: CollectedRun[] = [];
  const leftOut: { name: string; reason: string }[] = [];
  const named = runsAt(paths);
  for (const [done, { path, problem }] of named.entries()) {
    await breathe();
    report(watch, "reading runs", done, named.length);
    const run = problem ?? collectRun(path, place);
    if (typeof run === "string") leftOut.push({ name: path, reason: run });
    else found.push(run);
  }
  const called = groupBy(found, ({ name }) => name);
  // A copy has the name of what it was copied from.
  const runs = found.map((run) => (called.get(run.name)!.length > 1 ? renamed(run, run.path) : run));
  const [most, ...others] = [...groupBy(runs, ({ data }) => data.fingerprint).values()].toSorted(
    (a, b) => b.length - a.length,
  );
  if (most === undefined || others.length === 0) return { runs, leftOut };
  const describe = ({ data }: CollectedRun): string => `${data.name} (${data.fingerprint.slice(0, 8)}…)`;
  if (others[0]!.length === most.length) {
    const sets = [most, ...others].map(
      (own) => `${own.map(({ path }) => path).join(", ")} on ${describe(own[0]!)}`,
    );
    throw new BetalabError(
      "data",
      `the runs were trained on different data: ${sets.join("; ")}`,
      "nats of different images can't be compared; compare the runs of one data set at a time",
    );
  }
  const odd = others.flat().map((run) => ({
    name: run.path,
    reason: `trained on other data or another split, ${describe(run)}, than most: ${describe(most[0]!)}`,
  }));
  return { runs: most, leftOut: [...leftOut, ...odd] };
}

/** Its notes begin with its name. */
function renamed(run: CollectedRun, name: string): CollectedRun {
  const notes = run.notes.map((note) =>
    note.startsWith(`${run.name}: `) ? `${name}${note.slice(run.name.length)}` : note,
  );
  return { ...run, name, notes };
}

/** The run, or why it can't be compared. Throws "run" when its files are broken. */
function collectRun(path: string, place: ModelPlace): CollectedRun | string {
  const { information, status, metrics } = RunDirectory.open(path);
  if (status === "failed") return `failed: ${information.error ?? "no reason was written down"}`;
  const logged = metrics.read().filter(({ split }) => split === "heldOut");
  if (logged.length === 0) return `${status} before its first epoch was done`;
  const opened = OpenRun.open(path, place);
  // Of the weights that are used: with `keepBest` those are not the last ones.
  const last = logged.findLast(({ step }) => step <= opened.step) ?? logged[0]!;
  const { epoch, epochs } = information.progress;
  const numbers = new Numbers(information.name, opened.step);
  for (const measure of trainingMeasures) numbers.add(measure, last[measure.key]);
  const evaluation = numbers.fresh("evaluation.json", evaluationKeys, () => readEvaluation(path));
  if (evaluation) addEvaluation(numbers, evaluation);
  const stored = numbers.fresh("metrics.json", ["metric:"], () => readMetrics(path));
  for (const result of stored ? newestResults(stored) : []) {
    const { metric, definition, settings, samples, unit, better, score, interval, chance } = result;
    const measure = {
      key: `metric:${metric}`,
      label: metric,
      unit: unit === "nats" ? "nats" : undefined,
      better,
      definition: `${definition}; settings ${canonicalJson(settings)}, samples ${canonicalJson(samples)}`,
    };
    numbers.add(measure, score, (interval.high - interval.low) / 2 / 1.96);
    if (chance !== undefined) numbers.chances.set(measure.key, chance.score);
  }
  return {
    ...numbers,
    name: information.name,
    path,
    opened,
    config: opened.config,
    data: { name: information.data.name, fingerprint: information.data.fingerprint ?? "unknown" },
    engines: [...new Set(information.attempts?.flatMap(({ versions }) => versions.engine ?? []))],
    seed: information.seed,
    aside:
      status === "finished"
        ? collapse(last, evaluation)
        : `${status === "running" ? "still training" : status}, ${formatDigits(epoch)} of ${plural(epochs, "epoch")} done`,
    diagnoses: evaluation?.diagnoses ?? [],
    notes: [...opened.notes, ...numbers.notes],
  };
}

/** Diagnoses of a model that does not use its latents, or of none at all: its numbers are not those of its setting. */
const collapsed = new Set(["non-finite", "decoder-ignores-latents", "uninformative-latents"]);

/** Why the run is no data point; `undefined` when it is. */
function collapse(
  { klPerDimension }: MetricRecord,
  evaluation: EvaluationRecord | undefined,
): string | undefined {
  const kl = Array.isArray(klPerDimension) ? (klPerDimension as number[]) : [];
  if (kl.length > 0 && kl.every((nats) => nats < UNUSED_NATS))
    return `collapsed: ${kl.length === 1 ? "its only latent" : `each of its ${kl.length} latents`} carries < ${UNUSED_NATS} nats`;
  if (kl.some(Number.isNaN)) return "its KL is NaN";
  const found = evaluation?.diagnoses.find(({ name }) => collapsed.has(name));
  return found && `evaluate found ${diagnosisTitle(found.name)}`;
}

/** The numbers of one run, as they are found. */
class Numbers {
  readonly values = new Map<string, number>();
  readonly errors = new Map<string, number>();
  readonly chances = new Map<string, number>();
  readonly measures: Measure[] = [];
  readonly missing = new Map<string, string>();
  readonly notes: string[] = [];
  readonly #name: string;
  readonly #step: number;

  constructor(name: string, step: number) {
    this.#name = name;
    this.#step = step;
  }

  add(measure: Measure, value: unknown, error?: number): void {
    if (typeof value !== "number") return;
    this.measures.push(measure);
    this.values.set(measure.key, value);
    if (error !== undefined) this.errors.set(measure.key, error);
  }

  /** The record in a file; absent, with a note and as the reason for the `keys`, when it can't be used or is about older weights. */
  fresh<T extends { readonly checkpoint: { readonly step: number } }>(
    file: string,
    keys: readonly string[],
    read: () => T | undefined,
  ): T | undefined {
    const leave = (reason: string): undefined => {
      this.notes.push(`${this.#name}: ${reason}; left out`);
      for (const key of keys) this.missing.set(key, reason);
    };
    try {
      const stored = read();
      if (stored === undefined || stored.checkpoint.step === this.#step) return stored;
      return leave(
        `tables/${file} is of step ${stored.checkpoint.step}, its weights are of step ${this.#step}`,
      );
    } catch (error) {
      if (!(error instanceof BetalabError)) throw error;
      return leave(error.message);
    }
  }
}

const evaluationKeys = ["negativeLogLikelihood", "mutualInformation", "totalCorrelation", "dimensionwiseKl"];

function addEvaluation(numbers: Numbers, evaluation: EvaluationRecord): void {
  const { importance, images, subset, split, decomposition } = evaluation;
  const of = split === "heldOut" ? "held-out images" : "training images";
  const which = subset ? `${images} of ${subset.of} ${of} (seed ${subset.seed})` : `${images} ${of}`;
  const { mean, standardError } = importance.negativeLogLikelihood;
  const measure = {
    key: "negativeLogLikelihood",
    label: "NLL",
    unit: "nats/image",
    better: "lower",
    definition: `−ln p(x) by importance sampling, ${plural(importance.samples, "sample")} of each of ${which}`,
  } as const;
  numbers.add(measure, mean, standardError);
  const { images: n, of: training, bound, rise } = decomposition;
  for (const [key, label, definition] of [
    ["mutualInformation", "MI", "I_q(x; z)"],
    ["totalCorrelation", "TC", "KL(q(z) ‖ Π q(z_d))"],
    ["dimensionwiseKl", "Σ KL_d", "Σ KL(q(z_d) ‖ p(z_d))"],
  ] as const) {
    const withheld =
      bound && key !== "dimensionwiseKl"
        ? `bounded by ln N = ${Math.log(n).toFixed(2)} nats in a run, where MI rises by ${formatDigits(rise)} when N doubles: it says more about N than about the models`
        : undefined;
    const exact = `${definition}, exact, by the mixture of N = ${n} of ${training} training images`;
    numbers.add(
      { key, label, unit: "nats", definition: exact, withheld },
      decomposition[key].mean,
      decomposition[key].standardError,
    );
  }
  // Where it saw all images, what was measured in training has the same error over them.
  if (subset !== undefined) return;
  for (const key of ["negativeElbo", "reconstruction", "kl"] as const)
    numbers.errors.set(key, importance[key].standardError);
}

/** Keys of the held-out records, measured at the end of the last epoch. */
const trainingMeasures: readonly Measure[] = [
  {
    key: "negativeElbo",
    label: "−ELBO",
    better: "lower",
    definition: "reconstruction + KL at β = 1, all held-out images, one latent sample of each",
  },
  {
    key: "reconstruction",
    label: "reconstruction",
    better: "lower",
    definition: "−ln p(x|z), all held-out images, one latent sample of each",
  },
  { key: "kl", label: "KL", definition: "KL(q(z|x) ‖ p(z)), analytic, all held-out images" },
].map((measure) => ({ ...measure, unit: "nats/image" }) as Measure);
