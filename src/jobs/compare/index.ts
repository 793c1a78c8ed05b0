/**
 * `compare`: runs side by side, by every number that they hold. Seeds of one setting give the noise that differences
 * are judged by.
 */

import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { canonicalJson } from "../../base/json.ts";
import type { Registries } from "../../config/index.ts";
import { betaOf, type Place } from "../../trained/index.ts";
import type { Artifact } from "../artifacts.ts";
import { type Teller, telling } from "../events.ts";
import { defineJob } from "../job.ts";
import { data } from "../options.ts";
import { placeOf } from "../place.ts";
import { freePath } from "../run-training.ts";
import { drawCharts } from "./charts.ts";
import { type CollectedRun, checkSameData, collectRuns, type LeftOut } from "./collect.ts";
import { type Comparison, compareGroups } from "./compare.ts";
import { type Group, groupRuns } from "./group.ts";
import { drawPage } from "./page.ts";
import { activeUnitsMeasure, type ComparisonImages, lookAtModels } from "./pictures.ts";
import { comparisonRows, comparisonTable, markdownTable, runsTable } from "./tables.ts";
import { type ComparisonValue, comparisonValue } from "./value.ts";
import { measureVerdict, method, verdict } from "./verdict.ts";

export const compare = defineJob({
  name: "compare",
  summary: "runs or sweeps side by side: a table, a page, and which differences exceed the noise over seeds",
  example: "betalab compare runs/sprites-betas",
  takes: "runs",
  options: z.strictObject({ data }),
  value: comparisonValue,
  artifacts: true,
  run: (context, options) =>
    telling(context.signal, async (tell) => {
      const { subject } = context;
      const runs = comparableRuns(subject, context.registries);
      const { value, artifacts } = await compareRuns(runs, titleOf(subject, runs.runs), {
        place: placeOf(context, options, tell),
        tell,
      });
      for (const note of value.notes) tell.note(note);
      return { value, artifacts, stem: "comparison", folder: defaultFolder(subject) };
    }),
});

/** Throws "run" when fewer than two runs can be compared; "data" when they were trained on different data. */
function comparableRuns(paths: readonly string[], registries: Registries): ReturnType<typeof collectRuns> {
  const { runs, leftOut } = collectRuns(paths, registries);
  if (runs.length < 2) {
    const why = leftOut.map(({ name, reason }) => `${name}: ${reason}`);
    throw new BetalabError(
      "run",
      [`${runs.length === 0 ? "no run" : "only one run"} can be compared`, ...why].join("; "),
      "name at least two trained runs, or the folder of a sweep",
    );
  }
  checkSameData(runs);
  return { runs, leftOut };
}

/** Runs that a title names. */
const MOST_NAMED = 3;

function titleOf(paths: readonly string[], runs: readonly CollectedRun[]): string {
  if (paths.length === 1) return basename(resolve(paths[0]!));
  return runs.length <= MOST_NAMED ? runs.map(({ name }) => name).join(", ") : `${runs.length} runs`;
}

async function compareRuns(
  { runs, leftOut }: { readonly runs: CollectedRun[]; readonly leftOut: LeftOut[] },
  title: string,
  surroundings: Surroundings,
): Promise<{ value: ComparisonValue; artifacts: Artifact[] }> {
  const looked = await look(groupRuns(runs), surroundings);
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
  const rows = comparisonRows(comparison, groups);
  const { data } = runs[0]!;
  const content = {
    title,
    subtitle: `${data.name}; ${runs.length} runs of ${groups.length} ${groups.length === 1 ? "setting" : "settings"}`,
    verdict: verdict(comparison.measures, labels),
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
  const { html, chart } = await drawPage(content);
  const value = {
    format: 1 as const,
    data,
    verdict: content.verdict,
    method: content.method,
    rows,
    leftOut,
    notes,
    ...describe(comparison, groups),
  };
  const { rows: _, ...record } = value;
  const markdown = [
    `# Comparison: ${title}`,
    content.subtitle,
    content.verdict,
    markdownTable(rows),
    content.method,
  ];
  return {
    value,
    artifacts: [
      { kind: "page", html },
      { kind: "chart", chart },
      { kind: "text", suffix: ".md", text: `${markdown.join("\n\n")}\n` },
      { kind: "table", ...comparisonTable(comparison, groups) },
      { kind: "table", name: "runs", ...runsTable(comparison, groups) },
      { kind: "record", value: record },
    ],
  };
}

/** `comparison/` in the folder that was named, or `betalab-comparison` for runs that were. */
function defaultFolder(paths: readonly string[]): string {
  const [only] = paths;
  const isFolder = paths.length === 1 && !existsSync(join(only!, "run.json"));
  return isFolder ? join(only!, "comparison") : freePath("betalab-comparison");
}

interface Surroundings {
  readonly place: Place;
  readonly tell: Teller;
}

/** Pictures and active units, where the data can be opened; otherwise a note that says why not. */
async function look(
  groups: readonly Group<CollectedRun>[],
  { place, tell }: Surroundings,
): Promise<{ groups: readonly Group<CollectedRun>[]; images?: ComparisonImages; notes: string[] }> {
  try {
    const { activeUnits, images } = await lookAtModels(groups, place, tell);
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

/** The settings and what was found of each measure, as data. */
function describe({ measures, correlations }: Comparison, groups: readonly Group<CollectedRun>[]) {
  return {
    settings: groups.map(({ label, settings, runs }) => ({
      label,
      settings: { ...settings },
      ...betaOf(runs[0]!.opened),
      runs: runs.map(({ name, path, seed, values }) => ({
        name,
        path,
        seed,
        values: Object.fromEntries(values),
      })),
    })),
    measures: measures.map(({ differences, intervals, ...measure }) => ({
      ...measure,
      intervals: intervals.map((interval) => interval ?? null),
      differences: differences.map(({ from, to, ...one }) => ({
        from: groups[from]!.label,
        to: groups[to]!.label,
        ...one,
      })),
    })),
    ...(correlations && {
      correlations: { measures: measures.map(({ key }) => key), spearman: correlations },
    }),
  };
}
