/**
 * `compare`: runs side by side, by every number that they hold. Seeds of one setting give the noise that differences
 * are judged by.
 */

import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { plural } from "../../base/format.ts";
import { latexTable, markdownTable } from "../../base/tables.ts";
import { betaOf, type Place } from "../../trained/index.ts";
import type { Artifact } from "../artifacts.ts";
import { type Teller, telling } from "../events.ts";
import { defineJob, type Subjects } from "../job.ts";
import { placeOf } from "../open.ts";
import { computing, repeated, tables, text } from "../options.ts";
import { freePath } from "../run-training.ts";
import { drawCharts } from "./charts.ts";
import { findMeasure, onlyMeasures, rankGroups, whereOf } from "./choose.ts";
import { type CollectedRun, collectRuns } from "./collect.ts";
import { type Comparison, compareGroups } from "./compare.ts";
import { type Group, groupRuns } from "./group.ts";
import { comparisonNotes } from "./notes.ts";
import { drawPage } from "./page.ts";
import { activeUnitsMeasure, type ComparisonImages, lookAtModels } from "./pictures.ts";
import {
  comparisonRows,
  comparisonTable,
  differencesTable,
  marginRows,
  marginsTable,
  runsTable,
  termRows,
} from "./tables.ts";
import { type ComparisonValue, comparisonValue } from "./value.ts";
import { measureVerdict, method, verdict } from "./verdict.ts";
import { changes } from "./words.ts";

const options = z.strictObject({
  ...computing,
  only: repeated("compare by this measure; repeat it for more (default: all that the runs hold)", "measure"),
  where: repeated(
    "compare only runs with this value, such as model.latentDim=10; repeat it for more",
    "key=value",
  ),
  rank: text("order the settings by this measure, the best first (default: by what they vary)", "measure"),
  top: z.int().min(1).default(12).describe("settings shown, from the first; all are judged"),
  tables,
});

export const compare = defineJob({
  name: "compare",
  summary: "runs or sweeps side by side: a table, a page, and which differences exceed the noise over seeds",
  example: "betalab compare runs/sprites-betas",
  takes: "runs",
  options,
  value: comparisonValue,
  artifacts: true,
  destination:
    "comparison/ in the one folder that is named; else betalab-comparison, with a number if that is taken",
  run: (context, options) =>
    telling(context.signal, async (tell) => {
      const { subject } = context;
      const place = placeOf(context, options, tell);
      const runs = await comparableRuns(subject, place, options, tell);
      const { value, artifacts } = await compareRuns(runs, options, place, tell);
      for (const note of value.notes) tell.note(note);
      return { value, artifacts, stem: "comparison", folder: defaultFolder(subject) };
    }),
});

type Options = z.output<typeof options>;

/** Throws "run" when fewer than two runs can be compared; "data" when they were trained on different data. */
async function comparableRuns(
  subject: Subjects["runs"],
  place: Place,
  { where, rank, only }: Options,
  tell: Teller,
) {
  const { runs: all, leftOut } = await collectRuns(subject, place, tell);
  if (all.length < 2) {
    const why = leftOut.map(({ name, reason }) => `${name}: ${reason}`);
    throw new BetalabError(
      "run",
      [`${all.length === 0 ? "no run" : "only one run"} can be compared`, ...why].join("; "),
      "name at least two trained runs, or the folder of a sweep",
    );
  }
  const runs = whereOf(all, where);
  // Active units are known later, but a slip is not to be said after all models were looked at.
  const measured = [...runs, { measures: [activeUnitsMeasure] }];
  if (rank !== undefined) findMeasure(measured, rank, "rank");
  for (const name of only) findMeasure(measured, name, "only");
  return { title: titleOf(subject, runs), groups: groupRuns(runs), leftOut };
}

/** Runs that a title names. */
const MOST_NAMED = 3;

function titleOf(paths: readonly string[], runs: readonly CollectedRun[]): string {
  if (paths.length === 1) return basename(resolve(paths[0]!));
  return runs.length <= MOST_NAMED ? runs.map(({ name }) => name).join(", ") : `${runs.length} runs`;
}

async function compareRuns(
  { title, groups: given, leftOut }: Awaited<ReturnType<typeof comparableRuns>>,
  { only, rank, top, tables }: Options,
  place: Place,
  tell: Teller,
): Promise<{ value: ComparisonValue; artifacts: Artifact[] }> {
  const { key, label } = activeUnitsMeasure;
  const isNeeded = [rank, ...only].some((name) => name === key || name === label);
  const looked = await look(given, (groups) => rankGroups(groups, rank), top, place, tell, isNeeded);
  const groups = onlyMeasures(looked.groups, only);
  const runs = groups.flatMap((group) => group.runs);
  const comparison = compareGroups(groups);
  const labels = groups.map(({ label }) => label);
  const notes = [
    ...comparisonNotes(comparison, groups),
    ...looked.notes,
    ...leftOut.map(({ name, reason }) => `left out: ${name}, ${reason}`),
  ];
  const rows = comparisonRows(comparison, groups, top);
  const { data } = runs[0]!;
  const content = {
    title,
    subtitle: `${data.name}; ${plural(runs.length, "run")} of ${plural(groups.length, "setting")}`,
    verdict: verdict(comparison, groups),
    words: changes(comparison, groups),
    method: method(comparison),
    table: { columns: rows[0]!, rows: rows.slice(1) },
    ...(await drawCharts(comparison, groups, top, looked.images?.settings ?? [])),
    factors: comparison.factors.length < 2 ? undefined : factorsOf(comparison),
    differences: comparison.measures
      .filter(({ differences }) => differences.length > 0)
      .map((measure) => measureVerdict(measure, labels)),
    images: looked.images,
    definitions: comparison.measures,
    notes,
  };
  const { html, chart } = await drawPage(content);
  const value = {
    format: 2 as const,
    data,
    verdict: content.verdict,
    words: content.words.map((said) => ({ ...said })),
    method: content.method,
    rows,
    leftOut: [...leftOut],
    notes,
    ...describe(comparison, groups),
  };
  const { rows: _, ...record } = value;
  const { factors } = content;
  const read = [rows, ...Object.values(factors ?? {}).map((one) => one && [one.columns, ...one.rows])];
  const shown = read.filter((rows) => rows !== undefined);
  const markdown = [
    `# Comparison: ${title}`,
    content.subtitle,
    content.verdict,
    ...content.words.map(({ plain, exact }) => `${plain}\n*${exact}*`),
    ...shown.map(markdownTable),
    content.method,
  ];
  const text = (suffix: ".md" | ".tex", parts: readonly string[]): Artifact => ({
    kind: "text",
    suffix,
    text: `${parts.join("\n\n")}\n`,
  });
  const digits: Artifact[] = [
    { kind: "table", ...comparisonTable(comparison, groups) },
    { kind: "table", name: "runs", ...runsTable(comparison, groups) },
    { kind: "table", name: "differences", ...differencesTable(comparison, groups) },
    ...(factors ? [{ kind: "table", name: "margins", ...marginsTable(comparison) } as const] : []),
  ];
  return {
    value,
    artifacts: [
      { kind: "page", html },
      { kind: "chart", chart },
      ...(tables.includes("markdown") ? [text(".md", markdown)] : []),
      ...(tables.includes("latex") ? [text(".tex", shown.map(latexTable))] : []),
      ...(tables.includes("csv") ? digits : []),
      { kind: "record", value: record },
    ],
  };
}

/** Of a grid of settings: what each factor does whatever the others are, and which effects are more than luck. */
function factorsOf(comparison: Comparison) {
  const [margins, terms] = [marginRows(comparison), termRows(comparison)];
  const table = ([columns, ...rows]: string[][]) => ({ columns: columns!, rows });
  return { margins: table(margins), terms: terms.length === 0 ? undefined : table(terms) };
}

/** `comparison/` in the folder that was named, or `betalab-comparison` for runs that were. */
function defaultFolder(paths: readonly string[]): string {
  const [only] = paths;
  const isFolder = paths.length === 1 && !existsSync(join(only!, "run.json"));
  return isFolder ? join(only!, "comparison") : freePath("betalab-comparison");
}

/** Pictures and what only the models can say, where the data can be opened; otherwise a note that says why not, or an error where that is what was asked for. */
async function look(
  groups: readonly Group<CollectedRun>[],
  order: Parameters<typeof lookAtModels>[1],
  most: number,
  place: Place,
  tell: Teller,
  isNeeded: boolean,
): Promise<{ groups: readonly Group<CollectedRun>[]; images?: ComparisonImages; notes: string[] }> {
  try {
    return { ...(await lookAtModels(groups, order, most, place, tell)), notes: [] };
  } catch (error) {
    if (isNeeded || !(error instanceof BetalabError) || error.code !== "data") throw error;
    const hint = error.hint === undefined ? "" : ` (${error.hint})`;
    return { groups: order(groups), notes: [`no pictures and no active units: ${error.message}${hint}`] };
  }
}

/** The settings and what was found of each measure, as data. */
function describe(
  { measures, correlations, family, factors }: Comparison,
  groups: readonly Group<CollectedRun>[],
) {
  return {
    settings: groups.map(({ label, settings, runs }) => ({
      label,
      settings: { ...settings },
      ...betaOf(runs[0]!.opened),
      runs: runs.map(({ name, path, seed, values, aside, diagnoses }) => ({
        name,
        path,
        seed,
        values: Object.fromEntries(values),
        ...(aside !== undefined && { aside }),
        diagnoses,
      })),
    })),
    family,
    factors,
    measures: measures.map(({ differences, intervals, chances, aside, ...measure }) => ({
      ...measure,
      intervals: intervals.map((interval) => interval ?? null),
      chances: chances.map((value) => value ?? null),
      aside: aside.map((value) => value ?? null),
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
