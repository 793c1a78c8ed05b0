/** What a reader of a comparison must know beside the numbers, a line each. */

import { canonicalJson } from "../../base/json.ts";
import { groupBy } from "../../base/lists.ts";
import { diagnosisTitle } from "../../metrics/index.ts";
import type { CollectedRun } from "./collect.ts";
import type { Comparison } from "./compare.ts";
import type { Group } from "./group.ts";
import { AT_CHANCE } from "./tables.ts";
import { MOST_ASIDE, namedAside } from "./verdict.ts";

export function comparisonNotes(
  comparison: Comparison,
  groups: readonly Group<CollectedRun>[],
): readonly string[] {
  const runs = groups.flatMap((group) => group.runs);
  const aside = runs.filter((run) => run.aside !== undefined).slice(MOST_ASIDE);
  return [
    ...(aside.length === 0 ? [] : [`left out of the comparison as well: ${namedAside(aside)}`]),
    ...flagged(runs),
    ...runNotes(
      runs,
      new Set(comparison.measures.flatMap(({ leftOut }) => leftOut.map(({ reason }) => reason))),
    ),
    ...unevenSeeds(groups),
    ...differentLikelihoods(runs),
    ...differentEngines(runs),
    ...comparison.notes,
    ...chanceNotes(
      comparison,
      groups.map(({ label }) => label),
    ),
    ...leftOutNotes(comparison, runs),
  ];
}

const MOST_NAMED = 5;

const namesOf = (runs: readonly { readonly name: string }[]): string =>
  runs
    .slice(0, MOST_NAMED)
    .map(({ name }) => name)
    .join(", ") + (runs.length > MOST_NAMED ? ", …" : "");

/** Many runs have the same to say: it is said once, of the first. What measures lack for the reasons `told` is said of them. */
function runNotes(runs: readonly CollectedRun[], told: ReadonlySet<string>): string[] {
  const said = runs.flatMap(({ name, path, notes }) =>
    notes
      .filter((note) => !told.has(note.slice(`${name}: `.length).replace(/; left out$/, "")))
      .map((note) => ({ name, note, same: note.replaceAll(path, "").replaceAll(name, "") })),
  );
  return [...groupBy(said, ({ same }) => same).values()].map(([first, ...others]) => {
    return others.length === 0
      ? first!.note
      : `${first!.note}; and the same of ${others.length} more: ${namesOf(others)}`;
  });
}

/** What evaluations found wrong: with which runs, in one line each kind. */
function flagged(runs: readonly CollectedRun[]): string[] {
  const found = runs.flatMap(({ name: run, diagnoses }) => diagnoses.map(({ name }) => ({ name, run })));
  return [...groupBy(found, ({ name }) => name)].map(([name, own]) => {
    const named = own.map(({ run }) => run).join(", ");
    const where =
      own.length === 1
        ? named
        : own.length === runs.length
          ? `all ${own.length} runs`
          : `${own.length} runs: ${named}`;
    return `evaluate found ${diagnosisTitle(name)} in ${where}`;
  });
}

/** Settings with other seeds than the others: their means rest on more runs, or on luckier ones. */
function unevenSeeds(groups: readonly Group<CollectedRun>[]): string[] {
  const seeds = groups.map(({ label, runs }) => ({
    label,
    seeds: runs.filter(({ aside }) => aside === undefined).map(({ seed }) => seed),
  }));
  if (new Set(seeds.map((one) => canonicalJson(one.seeds))).size <= 1) return [];
  const counts = seeds.map((one) => `${one.label}: ${one.seeds.length} (${one.seeds.join(", ") || "none"})`);
  return [`the settings have different seeds, which the intervals allow for: ${counts.join("; ")}`];
}

/** Which numbers say nothing yet: in one line. */
function chanceNotes({ measures }: Comparison, labels: readonly string[]): string[] {
  const found = measures.flatMap(({ label, atChance }) => {
    const own = labels.filter((_, i) => atChance[i]);
    return own.length === 0
      ? []
      : [`${label} (${own.length === labels.length ? "all settings" : own.join("; ")})`];
  });
  return found.length === 0
    ? []
    : [`${AT_CHANCE.trim()} not shown to be better than chance: ${found.join(", ")}`];
}

/** Numbers that some runs lack, by measure and reason. Runs that don't count at all are named before. */
function leftOutNotes({ measures }: Comparison, runs: readonly CollectedRun[]): string[] {
  const counted = new Set(runs.filter(({ aside }) => aside === undefined).map(({ name }) => name));
  const byReason = new Map<string, string[]>();
  for (const { label, leftOut } of measures)
    for (const { run, reason } of leftOut) {
      if (!counted.has(run)) continue;
      const key = JSON.stringify([run, reason.replace(`${label} was `, "").replace(`${label} is `, "")]);
      byReason.set(key, [...(byReason.get(key) ?? []), label]);
    }
  return [...byReason].map(([key, labels]) => {
    const [run, reason] = JSON.parse(key) as [string, string];
    return `${run} is left out of ${labels.join(", ")}: ${reason}`;
  });
}

/** The same config and seed come to other bits there, and in time to other models. */
function differentEngines(runs: readonly CollectedRun[]): string[] {
  const byEngine = [...groupBy(runs, ({ engines }) => engines.join(", then ") || "unknown")];
  if (byEngine.length < 2) return [];
  const named = byEngine.map(([engine, own]) => `${engine}: ${namesOf(own)}`);
  return [`the runs were trained by different engines, which round differently (${named.join("; ")})`];
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
