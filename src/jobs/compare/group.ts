/** Which runs differ by their seed only, and what the others differ in. */

import { canonicalJson } from "../../base/json.ts";
import { groupBy } from "../../base/lists.ts";
import { type Config, leavesOf } from "../../config/index.ts";
import { settingLabels } from "./names.ts";

export interface Group<R> {
  /** "β = 4"; "latentDim 10, β = 4" when several keys differ. */
  readonly label: string;
  /** The keys that differ between groups, with this group's values; absent keys are those of another variant. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** By seed. */
  readonly runs: readonly R[];
}

interface Run {
  readonly name?: string;
  readonly config: Config;
  readonly seed: number;
  /** Why none of its numbers counts. */
  readonly aside?: string | undefined;
}

/** All of a config that makes a run another one than its repetition with another seed. */
export function settingOf({ seed: _, name: __, threads: ___, ...deciding }: Config) {
  return deciding;
}

/**
 * Puts runs together whose configs differ in seed, name and threads at most; ordered by what they differ in. Of each seed
 * one run counts: a second one, on another engine perhaps, says nothing of the noise over seeds.
 */
export function groupRuns<R extends Run>(runs: readonly R[]): Group<R>[] {
  const found = new Map<string, { values: Map<string, unknown>; runs: R[] }>();
  for (const run of runs) {
    const deciding = settingOf(run.config);
    const key = canonicalJson(deciding);
    const group = found.get(key) ?? { values: new Map(leavesOf(deciding)), runs: [] };
    group.runs.push(run);
    found.set(key, group);
  }
  const groups = [...found.values()];
  const keys = [...new Set(groups.flatMap(({ values }) => [...values.keys()]))].filter(
    (key) => new Set(groups.map(({ values }) => canonicalJson(values.get(key)))).size > 1,
  );
  const settings = groups.map(({ values }) =>
    Object.fromEntries(keys.flatMap((key) => (values.has(key) ? [[key, values.get(key)]] : []))),
  );
  const labels = settingLabels(
    settings,
    keys.filter((key) => !goesWithKind(key, groups)),
  );
  const described = groups.map(({ runs: own }, i) => ({
    label: labels[i]!,
    settings: settings[i]!,
    runs: withoutRepeats(own.toSorted((a, b) => a.seed - b.seed)),
  }));
  return sorted(described, keys);
}

function withoutRepeats<R extends Run>(runs: readonly R[]): R[] {
  const counted = new Map<number, R>();
  return runs.map((run) => {
    const first = counted.get(run.seed);
    if (run.aside === undefined && first !== undefined)
      return { ...run, aside: `of the same settings and seed as ${first.name}` };
    if (run.aside === undefined) counted.set(run.seed, run);
    return run;
  });
}

/** The run whose pictures stand for its group: the lowest seed's of those that count, if any does. */
export function shownRun<R extends Run>({ runs }: Group<R>): R {
  return runs.find(({ aside }) => aside === undefined) ?? runs[0]!;
}

/**
 * Whether a kind that is named says this key too: it has one value for each kind, and some kind lacks it or has a schedule there.
 * "annealed" is enough of a name.
 */
function goesWithKind(
  key: string,
  groups: readonly { readonly values: ReadonlyMap<string, unknown> }[],
): boolean {
  const kind = `${key.slice(0, key.lastIndexOf("."))}.kind`;
  if (key === kind) return false;
  const byKind = groupBy(groups, ({ values }) => values.get(kind));
  const values = (of: typeof groups): string[] => [
    ...new Set(of.map((one) => canonicalJson(one.values.get(key)))),
  ];
  const isVariant = groups.some(({ values: own }) => !own.has(key) || typeof own.get(key) === "object");
  return byKind.size > 1 && isVariant && [...byKind.values()].every((of) => values(of).length === 1);
}

/** By the values of the keys where all are numbers; otherwise as they came. */
function sorted<G extends { readonly settings: Readonly<Record<string, unknown>> }>(
  groups: readonly G[],
  keys: readonly string[],
): G[] {
  const numeric = groups.every(({ settings }) => keys.every((key) => typeof settings[key] === "number"));
  if (!numeric) return [...groups];
  return groups.toSorted((a, b) => {
    const key = keys.find((one) => a.settings[one] !== b.settings[one]);
    return key === undefined ? 0 : (a.settings[key] as number) - (b.settings[key] as number);
  });
}
