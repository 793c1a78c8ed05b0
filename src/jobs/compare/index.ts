/**
 * `betalab compare`: runs side by side, by every number that they hold. Differences are told from noise by the seeds
 * of each setting.
 */

import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { BetalabError } from "../../base/errors.ts";
import { canonicalJson, stringifyJson } from "../../base/json.ts";
import { makeFolder, writeFileAtomic } from "../../runs/index.ts";
import { betaOf, type Place } from "../../trained/index.ts";
import { freePath } from "../train.ts";
import { drawCharts } from "./charts.ts";
import { type CollectedRun, checkSameData, collectRuns, type LeftOut } from "./collect.ts";
import { type Comparison, compareGroups } from "./compare.ts";
import { type Group, groupRuns } from "./group.ts";
import { drawPage } from "./page.ts";
import { activeUnitsMeasure, type ComparisonImages, lookAtModels } from "./pictures.ts";
import { comparisonCsv, comparisonRows, markdownTable, runsCsv } from "./tables.ts";
import { measureVerdict, method, verdict } from "./verdict.ts";

export interface CompareOptions extends Place {
  /** Where to write. Default: `comparison/` in the sweep's folder, or `betalab-comparison` for runs that were named. */
  readonly out?: string | undefined;
  readonly onProgress?: ((progress: { stage: string; done: number; total: number }) => void) | undefined;
}

export interface Compared {
  /** The page first. */
  readonly paths: readonly string[];
  readonly verdict: string;
  /** The table, heading first. */
  readonly rows: readonly (readonly string[])[];
  readonly leftOut: readonly LeftOut[];
  readonly notes: readonly string[];
  /** What `comparison.json` holds. */
  readonly value: unknown;
}

/**
 * Compares runs, or all runs of a folder, and writes the comparison as a page and as tables.
 *
 * Throws "run" when fewer than two runs can be compared; "data" naming the runs when they were trained on different
 * data.
 */
export async function compareRuns(paths: readonly string[], options: CompareOptions = {}): Promise<Compared> {
  const { runs, leftOut } = collectRuns(paths);
  if (runs.length < 2) {
    const why = leftOut.map(({ name, reason }) => `${name}: ${reason}`);
    throw new BetalabError(
      "run",
      [`${runs.length === 0 ? "no run" : "only one run"} can be compared`, ...why].join("; "),
      "name at least two trained runs, or the folder of a sweep",
    );
  }
  checkSameData(runs);
  const looked = await look(groupRuns(runs), options);
  const { groups } = looked;
  const comparison = compareGroups(groups);
  const labels = groups.map(({ label }) => label);
  const notes = [
    ...runs.flatMap((run) => run.notes),
    ...differentLikelihoods(runs),
    ...comparison.notes,
    ...looked.notes,
    ...leftOut.map(({ name, reason }) => `left out: ${name}, ${reason}`),
  ];
  const sentence = verdict(comparison.measures, labels);
  const rows = comparisonRows(comparison, groups);
  const { data } = runs[0]!;
  const title =
    paths.length === 1
      ? basename(resolve(paths[0]!))
      : runs.length <= MOST_NAMED
        ? runs.map(({ name }) => name).join(", ")
        : `${runs.length} runs`;
  const content = {
    title,
    subtitle: `${data.name}; ${runs.length} runs of ${groups.length} ${groups.length === 1 ? "setting" : "settings"}`,
    verdict: sentence,
    method: method(comparison.measures),
    table: { columns: rows[0]!, rows: rows.slice(1) },
    ...(await drawCharts(comparison, groups)),
    differences: comparison.measures
      .filter(({ differences }) => differences.length > 0)
      .map((measure) => measureVerdict(measure, labels)),
    images: looked.images,
    definitions: comparison.measures,
    notes,
  };
  const page = await drawPage(content);
  const value = describe(comparison, groups, {
    data,
    verdict: sentence,
    method: content.method,
    leftOut,
    notes,
  });
  const folder = options.out ?? defaultFolder(paths);
  makeFolder(folder);
  const markdown = [
    `# Comparison: ${title}`,
    content.subtitle,
    sentence,
    markdownTable(rows),
    content.method,
  ];
  const files: Readonly<Record<string, string | Uint8Array>> = {
    "comparison.html": page.html,
    "comparison.png": page.png,
    "comparison.md": `${markdown.join("\n\n")}\n`,
    "comparison.csv": comparisonCsv(comparison, groups),
    "runs.csv": runsCsv(comparison, groups),
    "comparison.json": `${stringifyJson(value, 2)}\n`,
  };
  const written = Object.entries(files).map(([name, bytes]) => {
    writeFileAtomic(join(folder, name), bytes);
    return join(folder, name);
  });
  return { paths: written, verdict: sentence, rows, leftOut, notes, value };
}

/** Runs that a title names. */
const MOST_NAMED = 3;

function defaultFolder(paths: readonly string[]): string {
  const [only] = paths;
  const isFolder = paths.length === 1 && !existsSync(join(only!, "run.json"));
  return isFolder ? join(only!, "comparison") : freePath("betalab-comparison");
}

/** Pictures and active units, where the data can be opened; otherwise a note that says why not. */
async function look(
  groups: readonly Group<CollectedRun>[],
  options: CompareOptions,
): Promise<{ groups: readonly Group<CollectedRun>[]; images?: ComparisonImages; notes: string[] }> {
  try {
    const { activeUnits, images } = await lookAtModels(groups, options, options.onProgress ?? (() => {}));
    const withUnits = (run: CollectedRun): CollectedRun => ({
      ...run,
      values: new Map([...run.values, [activeUnitsMeasure.key, activeUnits.get(run.path)!]]),
      measures: [...run.measures.slice(0, 3), activeUnitsMeasure, ...run.measures.slice(3)],
    });
    return {
      groups: groups.map((group) => ({ ...group, runs: group.runs.map(withUnits) })),
      images,
      notes: [],
    };
  } catch (error) {
    if (!(error instanceof BetalabError) || error.code !== "data") throw error;
    const hint = error.hint === undefined ? "" : ` (${error.hint})`;
    return { groups, notes: [`no pictures and no active units: ${error.message}${hint}`] };
  }
}

/** Nats under one density and nats under another are different things. */
function differentLikelihoods(runs: readonly CollectedRun[]): string[] {
  const kinds = new Set(runs.map(({ config }) => canonicalJson(config.model.likelihood)));
  return kinds.size > 1
    ? [
        `the runs have different likelihoods (${[...kinds].join(", ")}): their reconstruction and −ELBO can't be compared`,
      ]
    : [];
}

/** Everything as data. */
function describe(
  { measures, correlations }: Comparison,
  groups: readonly Group<CollectedRun>[],
  rest: Readonly<Record<string, unknown>>,
): unknown {
  return {
    format: 1,
    ...rest,
    settings: groups.map(({ label, settings, runs }) => ({
      label,
      settings,
      ...betaOf(runs[0]!.opened),
      runs: runs.map(({ name, path, seed, values }) => ({
        name,
        path,
        seed,
        values: Object.fromEntries(values),
      })),
    })),
    measures: measures.map(({ differences, ...measure }) => ({
      ...measure,
      differences: differences.map(({ from, to, ...one }) => ({
        from: groups[from]!.label,
        to: groups[to]!.label,
        ...one,
      })),
    })),
    correlations: correlations && { measures: measures.map(({ key }) => key), spearman: correlations },
  };
}
