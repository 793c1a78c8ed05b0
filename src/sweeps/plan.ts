/**
 * From a sweep to its runs: each with a resolved config, a name and an identity, and what is already there of it.
 * All configs are resolved before anything trains, so a typo costs a second and not the first night.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { BetalabError } from "../base/errors.ts";
import { groupBy } from "../base/lists.ts";
import {
  type Config,
  type ConfigInput,
  type Configuration,
  configuration,
  differences,
  type Registries,
  type ResolveOptions,
  type Settings,
} from "../config/index.ts";
import { identityOf, readText, runNames, shipped, undecided } from "../config/node.ts";
import { freePath, type Step } from "../jobs/index.ts";
import { listRuns, RunDirectory, type RunStatus } from "../runs/index.ts";
import type { SweepDefinition } from "./definition.ts";

export interface PlannedRun {
  /** `beta-4_seed-0`: also the folder's name. */
  readonly name: string;
  readonly path: string;
  readonly settings: Settings;
  readonly config: Config;
  /** Where its values come from, as `Resolved` says it. */
  readonly origins: ReadonlyMap<string, string>;
  /** Hash of the config: see `identityOf`. */
  readonly identity: string;
  /** Before this sweep: "new" when there is nothing yet. */
  readonly found: "new" | RunStatus;
}

export interface SweepPlan {
  readonly name: string;
  /** The sweep's folder. */
  readonly path: string;
  readonly runs: readonly PlannedRun[];
  readonly steps: readonly Step[];
}

/**
 * Plans a sweep into `out` (default `runs/<name>`). A folder that holds finished runs of the same identity is
 * continued.
 *
 * Throws "usage" when `set` or a flag names a key that the sweep varies; "config" naming the run whose config is
 * wrong, or two runs that are the same; "run" when a run's folder holds a run with other settings.
 */
export function planSweep(
  definition: SweepDefinition,
  options: Omit<ResolveOptions, "settings"> & {
    readonly out?: string | undefined;
    /** Where the configs' names are looked up. Default: what is shipped. */
    readonly registries?: Registries | undefined;
  } = {},
): SweepPlan {
  const { name, origin, config, set, settings, steps } = definition;
  const { out = join("runs", name), registries = shipped, ...resolving } = options;
  const configs = configuration(registries);
  refuseVaried(definition, resolving);
  const names = runNames(settings);
  const there = runsByIdentity(out, configs);
  const resolvedRuns = settings.map((own, i) => {
    const layers = [
      { origin, values: set },
      { origin: `${origin}, run ${names[i]}`, values: own },
    ];
    const subject = typeof config === "string" ? config : ({ name, ...config } as ConfigInput);
    const resolved = configs.resolve(subject, { readText, ...resolving, settings: layers });
    const { config: full, origins } = resolved;
    return { name: names[i]!, own, config: full, origins, identity: identityOf(full) };
  });
  const wanted = new Set(resolvedRuns.map(({ identity }) => identity));
  const runs = resolvedRuns.map(({ name, own, config, origins, identity }): PlannedRun => {
    // A run keeps its folder when the sweep comes to call it otherwise; another one then has to find a free name.
    const named = join(out, name);
    const taken = [...there].some(
      ([other, path]) => path === named && other !== identity && wanted.has(other),
    );
    const path = there.get(identity) ?? (taken ? freePath(named) : named);
    const found = inspect(path, config, identity, configs);
    return { name, path, settings: own, config: { ...config, name }, origins, identity, found };
  });
  refuseTwins(runs);
  return { name, path: out, runs, steps };
}

function runsByIdentity(folder: string, configs: Configuration): Map<string, string> {
  const found = new Map<string, string>();
  for (const run of listRuns(folder)) {
    if (run.status === "unreadable") continue;
    try {
      found.set(identityOf(configs.parse(run.information.config, join(run.path, "run.json"))), run.path);
    } catch {
      // Of an extension that is not here, or of nobody's: no run of this sweep.
    }
  }
  return found;
}

function refuseVaried({ settings }: SweepDefinition, { set = [], flags = {} }: ResolveOptions): void {
  const varied = new Set(settings.flatMap((own) => Object.keys(own)));
  const given = [
    ...set.map((text) => ({ key: text.slice(0, text.indexOf("=")).trim(), from: "option set" })),
    ...Object.entries(flags).flatMap(([key, value]) =>
      value === undefined ? [] : [{ key, from: `option ${key.split(".").at(-1)}` }],
    ),
  ];
  const clash = given.find(({ key }) => varied.has(key));
  if (clash === undefined) return;
  throw new BetalabError(
    "usage",
    `${clash.from} sets ${clash.key}, which the sweep varies`,
    "change the sweep's own list of values",
  );
}

function refuseTwins(runs: readonly PlannedRun[]): void {
  const byIdentity = groupBy(runs, ({ identity }) => identity);
  const twins = [...byIdentity.values()].find((same) => same.length > 1);
  if (twins === undefined) return;
  const names = twins.slice(0, 2).map(({ name }) => name);
  throw new BetalabError(
    "config",
    `the runs ${names.join(" and ")} are the same run: their configs resolve to the same values`,
    "leave one of them out",
  );
}

/** What is at `path` of a run with this config. */
function inspect(
  path: string,
  config: Config,
  identity: string,
  configs: Configuration,
): PlannedRun["found"] {
  if (!existsSync(join(path, "run.json"))) return "new";
  const run = RunDirectory.open(path);
  const stored = configs.parse(run.information.config, run.in("run.json"));
  if (identityOf(stored) === identity) return run.status;
  const [first, ...more] = differences(stored, config).filter(
    ({ key }) => !(undecided as readonly string[]).includes(key),
  );
  const shown = first && `${first.key} is ${show(first.before)} there and ${show(first.after)} here`;
  throw new BetalabError(
    "run",
    `${path} holds a run with other settings: ${shown}${more.length > 0 ? `, and ${more.length} more` : ""}`,
    "give the sweep another folder (out), or delete that run",
  );
}

const show = (value: unknown): string => (value === undefined ? "absent" : JSON.stringify(value));
