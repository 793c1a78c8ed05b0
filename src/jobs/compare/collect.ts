/** What there is to compare: the runs that a person named, each with its config and all its numbers. */

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { canonicalJson } from "../../base/json.ts";
import type { Config } from "../../config/index.ts";
import { listRuns, RunDirectory, readRecord } from "../../runs/index.ts";
import { OpenRun } from "../../trained/index.ts";
import { evaluationSchema, metricsSchema, readTable } from "../tables.ts";
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
export function collectRuns(paths: readonly string[]): { runs: CollectedRun[]; leftOut: LeftOut[] } {
  const runs: CollectedRun[] = [];
  const leftOut: LeftOut[] = [];
  const seen = new Set<string>();
  for (const { path, problem } of paths.flatMap(runsAt)) {
    if (seen.has(resolve(path))) continue;
    seen.add(resolve(path));
    const found = problem ?? collectRun(path);
    if (typeof found === "string") leftOut.push({ name: path, reason: found });
    else runs.push(found);
  }
  return { runs, leftOut };
}

/** The runs that a path stands for. Throws "run" when there are none. */
function runsAt(path: string): { path: string; problem?: string | undefined }[] {
  if (existsSync(join(path, "run.json"))) return [{ path }];
  const record = readRecord(path);
  if (record !== undefined) {
    return record.runs.map(({ name, status, error }) => ({
      path: join(path, name),
      problem: existsSync(join(path, name, "run.json"))
        ? undefined
        : status === "failed"
          ? `failed: ${error}`
          : "not begun",
    }));
  }
  const found = listRuns(path).map((run) => run.path);
  if (found.length > 0)
    return found
      .toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }))
      .map((one) => ({ path: one }));
  throw new BetalabError(
    "run",
    `${path} is not a run and contains no runs`,
    "give run directories, or the folder of a sweep",
  );
}

/** The run, or why it can't be compared. Throws "run" when it can't be opened. */
function collectRun(path: string): CollectedRun | string {
  const { information, status, metrics } = RunDirectory.open(path);
  if (status === "failed") return `failed: ${information.error ?? "no reason was written down"}`;
  const last = metrics.read().findLast(({ split }) => split === "heldOut");
  if (last === undefined) return `${status} before its first epoch was done`;
  const opened = OpenRun.open(path);
  const values = new Map<string, number>();
  const measures: Measure[] = [];
  const notes: string[] = [];
  const { epoch, epochs } = information.progress;
  if (status !== "finished")
    notes.push(`${information.name} is ${status} after ${epoch} of ${epochs} epochs; compared as it is`);
  const add = (measure: Measure, value: unknown): void => {
    if (typeof value !== "number") return;
    measures.push(measure);
    values.set(measure.key, value);
  };
  for (const measure of trainingMeasures) add(measure, last[measure.key]);
  /** What a table has to say of the run as it is now; why not is a note. */
  const fresh = <T extends { readonly step: number }>(name: string, schema: z.ZodType<T>): T | undefined => {
    const table = readTable(path, name, schema);
    const isOld = table?.value !== undefined && table.value.step !== last.step;
    const problem = isOld
      ? `tables/${name} is of step ${table.value.step}, the run is at ${last.step}`
      : table?.problem;
    if (problem === undefined) return table?.value;
    notes.push(`${information.name}: ${problem}; left out`);
    return undefined;
  };
  const evaluation = fresh("evaluation.json", evaluationSchema);
  if (evaluation) {
    const { importance, images } = evaluation;
    add(
      {
        key: "negativeLogLikelihood",
        label: "NLL",
        unit: "nats/image",
        better: "lower",
        definition: `−ln p(x) by importance sampling, ${importance.samples} samples of each of ${images} held-out images`,
      },
      importance.negativeLogLikelihood.mean,
    );
  }
  for (const result of fresh("metrics.json", metricsSchema)?.results ?? []) {
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
