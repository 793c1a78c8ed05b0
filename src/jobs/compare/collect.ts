/** What there is to compare: the runs that a person named, each with its config and every number that it holds. */

import { BetalabError } from "../../base/errors.ts";
import { canonicalJson } from "../../base/json.ts";
import type { Config, Registries } from "../../config/index.ts";
import { RunDirectory } from "../../runs/index.ts";
import { OpenRun } from "../../trained/index.ts";
import { readEvaluation } from "../evaluation-record.ts";
import { newestResults, readMetrics } from "../metrics-record.ts";
import { runsAt } from "../runs-at.ts";
import { groupBy } from "./group.ts";

/** A kind of number that runs are compared by. */
export interface Measure {
  readonly key: string;
  /** For tables: "−ELBO", "mig". */
  readonly label: string;
  /** Absent for counts and shares. */
  readonly unit?: string | undefined;
  readonly better?: "higher" | "lower" | undefined;
  /** What exactly it is: definition, settings, samples. Runs whose texts differ can't be compared by it. */
  readonly definition: string;
}

/** One run with its numbers. */
export interface CollectedRun {
  readonly name: string;
  readonly path: string;
  readonly opened: OpenRun;
  readonly config: Config;
  readonly data: { readonly name: string; readonly fingerprint: string };
  readonly seed: number;
  readonly values: ReadonlyMap<string, number>;
  readonly measures: readonly Measure[];
  readonly notes: readonly string[];
}

/** A run that can't be compared, and why. */
export interface LeftOut {
  readonly name: string;
  readonly reason: string;
}

/** Reads runs, and the runs of sweeps and other folders, in order and each once. */
export function collectRuns(
  paths: readonly string[],
  registries: Registries | undefined,
): { runs: CollectedRun[]; leftOut: LeftOut[] } {
  const runs: CollectedRun[] = [];
  const leftOut: LeftOut[] = [];
  for (const { path, problem } of runsAt(paths)) {
    const found = problem ?? collectRun(path, registries);
    if (typeof found === "string") leftOut.push({ name: path, reason: found });
    else runs.push(found);
  }
  return { runs, leftOut };
}

/** The run, or why it can't be compared. Throws "run" when its files are broken. */
function collectRun(path: string, registries: Registries | undefined): CollectedRun | string {
  const { information, status, metrics } = RunDirectory.open(path);
  if (status === "failed") return `failed: ${information.error ?? "no reason was written down"}`;
  const logged = metrics.read().filter(({ split }) => split === "heldOut");
  if (logged.length === 0) return `${status} before its first epoch was done`;
  const opened = OpenRun.open(path, registries);
  // Of the weights that are used: with `keepBest` those are not the last ones.
  const last = logged.findLast(({ step }) => step <= opened.step) ?? logged[0]!;
  const values = new Map<string, number>();
  const measures: Measure[] = [];
  const notes: string[] = [...opened.notes];
  const { epoch, epochs } = information.progress;
  if (status !== "finished")
    notes.push(`${information.name} is ${status} after ${epoch} of ${epochs} epochs; compared as it is`);
  const add = (measure: Measure, value: unknown): void => {
    if (typeof value !== "number") return;
    measures.push(measure);
    values.set(measure.key, value);
  };
  for (const measure of trainingMeasures) add(measure, last[measure.key]);
  /** Absent, with a note, when it can't be used or is about older weights. */
  const fresh = <T extends { readonly checkpoint: { readonly step: number } }>(
    file: string,
    read: (run: string) => T | undefined,
  ): T | undefined => {
    let stored: T | undefined;
    try {
      stored = read(path);
    } catch (error) {
      if (!(error instanceof BetalabError)) throw error;
      notes.push(`${information.name}: ${error.message}; left out`);
    }
    if (stored === undefined || stored.checkpoint.step === opened.step) return stored;
    notes.push(
      `${information.name}: tables/${file} is of step ${stored.checkpoint.step}, its weights are of step ${opened.step}; left out`,
    );
    return undefined;
  };
  const evaluation = fresh("evaluation.json", readEvaluation);
  if (evaluation) {
    const { importance, images, subset } = evaluation;
    const which = subset
      ? `${images} of ${subset.of} held-out images (seed ${subset.seed})`
      : `${images} held-out images`;
    add(
      {
        key: "negativeLogLikelihood",
        label: "NLL",
        unit: "nats/image",
        better: "lower",
        definition: `−ln p(x) by importance sampling, ${importance.samples} samples of each of ${which}`,
      },
      importance.negativeLogLikelihood.mean,
    );
  }
  const stored = fresh("metrics.json", readMetrics);
  for (const result of stored ? newestResults(stored) : []) {
    const { metric, definition, settings, samples, unit, better, score } = result;
    add(
      {
        key: `metric:${metric}`,
        label: metric,
        unit: unit === "nats" ? "nats" : undefined,
        better,
        definition: `${definition}; settings ${canonicalJson(settings)}, samples ${canonicalJson(samples)}`,
      },
      score,
    );
  }
  const { name, fingerprint } = information.data;
  const { config } = opened;
  return {
    name: information.name,
    path,
    opened,
    config,
    data: { name, fingerprint },
    seed: information.seed,
    values,
    measures,
    notes,
  };
}

/** Keys of the held-out records, measured at the end of the last epoch. */
const trainingMeasures: readonly Measure[] = [
  {
    key: "negativeElbo",
    label: "−ELBO",
    better: "lower",
    definition: "reconstruction + KL at β = 1, held-out, one latent sample of each image",
  },
  { key: "reconstruction", label: "reconstruction", better: "lower", definition: "−ln p(x|z), held-out" },
  { key: "kl", label: "KL", definition: "KL(q(z|x) ‖ p(z)), analytic, held-out" },
].map((measure) => ({ ...measure, unit: "nats/image" }) as Measure);

/** Throws "data" naming the runs of each when there is more than one data set among them. */
export function checkSameData(runs: readonly CollectedRun[]): void {
  const sets = groupBy(runs, ({ data }) => data.fingerprint);
  if (sets.size <= 1) return;
  const named = [...sets.values()].map(
    (own) =>
      `${own.map(({ path }) => path).join(", ")} on ${own[0]!.data.name} (${own[0]!.data.fingerprint.slice(0, 8)}…)`,
  );
  throw new BetalabError(
    "data",
    `the runs were trained on different data: ${named.join("; ")}`,
    "nats of different images can't be compared; compare the runs of one data set at a time",
  );
}
