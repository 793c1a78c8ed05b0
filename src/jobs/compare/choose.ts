/** Which of the runs and measures a comparison is about, and in which order. */

import { BetalabError, suggest } from "../../base/errors.ts";
import { mean } from "../../base/statistics.ts";
import { leavesOf } from "../../config/index.ts";
import type { CollectedRun } from "./collect.ts";
import type { Group } from "./group.ts";
import { valueText } from "./names.ts";

/** Runs whose config has these values: "objective.beta=4". Throws "usage" for a text that is no pair, or fits no run. */
export function whereOf(runs: readonly CollectedRun[], wanted: readonly string[]): CollectedRun[] {
  let left = [...runs];
  for (const text of wanted) {
    const at = text.indexOf("=");
    const example = "such as objective.beta=4";
    if (at < 1) throw new BetalabError("usage", `where: "${text}" is not key=value`, example);
    const settingAt = ({ config }: CollectedRun) => {
      const value = new Map(leavesOf(config)).get(text.slice(0, at));
      return Array.isArray(value) ? String(value) : valueText(value, true);
    };
    const values = [...new Set(left.map(settingAt))];
    left = left.filter((run) => settingAt(run) === text.slice(at + 1));
    if (left.length > 0) continue;
    const isKnown = values.some((one) => one !== "undefined");
    throw new BetalabError(
      "usage",
      `where: no run has ${text}`,
      isKnown ? `there is ${values.join(", ")}` : example,
    );
  }
  return left;
}

/** The runs with these measures alone, by name or key. Throws "usage" for one that no run has. */
export function onlyMeasures(
  groups: readonly Group<CollectedRun>[],
  wanted: readonly string[],
): readonly Group<CollectedRun>[] {
  if (wanted.length === 0) return groups;
  const runs = groups.flatMap((group) => group.runs);
  const keys = new Set(wanted.map((name) => findMeasure(runs, name, "only").key));
  const filtered = (run: CollectedRun) => ({
    ...run,
    measures: run.measures.filter(({ key }) => keys.has(key)),
  });
  return groups.map((group) => ({ ...group, runs: group.runs.map(filtered) }));
}

/** The groups by the mean of a measure, the best first, or the smallest where neither is better; without it last. */
export function rankGroups(
  groups: readonly Group<CollectedRun>[],
  by: string | undefined,
): readonly Group<CollectedRun>[] {
  if (by === undefined) return groups;
  const { key, better } = findMeasure(
    groups.flatMap(({ runs }) => runs),
    by,
    "rank",
  );
  const score = ({ runs }: Group<CollectedRun>): number => {
    const own = runs.flatMap(({ aside, values }) => (aside === undefined ? (values.get(key) ?? []) : []));
    const found = own.filter(Number.isFinite);
    if (found.length === 0) return Number.POSITIVE_INFINITY;
    return better === "higher" ? -mean(found) : mean(found);
  };
  return groups.toSorted((a, b) => score(a) - score(b) || 0);
}

/** By name or key, for an option. Throws "usage" for a measure that no run has. */
export function findMeasure(runs: readonly Pick<CollectedRun, "measures">[], name: string, option: string) {
  const measures = runs.flatMap((run) => run.measures);
  const found = measures.find(({ key, label }) => key === name || label === name);
  if (found) return found;
  const names = [...new Set(measures.map(({ key, label }) => (key.startsWith("metric:") ? label : key)))];
  throw new BetalabError("usage", `${option}: no run has a measure "${name}"`, suggest(name, names));
}
