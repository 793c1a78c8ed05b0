/** A sweep as a person writes it: a YAML or JSON file, or a preset; read, checked, and its settings listed. */

import { dirname, join } from "node:path";
import type { z } from "zod";
import { BetalabError, suggest } from "../base/errors.ts";
import { check, describeIssue, type Issue } from "../base/issues.ts";
import { range } from "../base/lists.ts";
import {
  combinators,
  expand,
  isConfigFile,
  nameOfFile,
  readValues,
  type Settings,
  type Space,
} from "../config/index.ts";
import { readText } from "../config/node.ts";
import { sweepPresets } from "./presets.ts";
import { sweepSchema } from "./schema.ts";
import type { stepSchema } from "./steps.ts";

/** A sweep, ready to be planned. */
export interface SweepDefinition {
  readonly name: string;
  /** For error messages: the file, or "the preset …". */
  readonly origin: string;
  /** A preset's name, a config file's path, or a config. */
  readonly config: string | Readonly<Record<string, unknown>>;
  /** What all runs share, by path. */
  readonly set: Settings;
  /** What each run has of its own, in order; the seed last. */
  readonly settings: readonly Settings[];
  /** What is done with each trained run. */
  readonly steps: readonly z.output<typeof stepSchema>[];
}

/** Reads a preset's name or a .yaml or .json file. Throws "config" saying what is wrong with it. */
export function readSweep(presetOrFile: string): SweepDefinition {
  const preset = Object.hasOwn(sweepPresets, presetOrFile) ? sweepPresets[presetOrFile] : undefined;
  if (preset !== undefined) return defineSweep(preset.sweep, presetOrFile, `sweep preset ${presetOrFile}`);
  if (!isConfigFile(presetOrFile)) {
    throw new BetalabError(
      "config",
      `there is no sweep preset "${presetOrFile}"`,
      `name a .yaml or .json file, or a preset: ${suggest(presetOrFile, Object.keys(sweepPresets))}`,
    );
  }
  const input = readValues(presetOrFile, readText);
  const { config } = input;
  // A config file is named from where the sweep file is.
  const beside = typeof config === "string" && isConfigFile(config);
  const located = beside ? { ...input, config: join(dirname(presetOrFile), config) } : input;
  return defineSweep(located, nameOfFile(presetOrFile), presetOrFile);
}

/**
 * Checks a sweep that is given as an object, for library users.
 *
 * @param name where it has none of its own
 */
export function defineSweep(input: unknown, name: string, origin = "the sweep"): SweepDefinition {
  if (typeof input !== "object" || input === null) {
    throw new BetalabError("config", `${origin} holds no keys`, "see docs/sweeps.md");
  }
  const { output, issue } = check(sweepSchema, input);
  if (issue !== undefined) {
    throw new BetalabError("config", `${origin}: ${describeIssue(issue)}`, hintFor(issue, input));
  }
  const { config, set, seeds, then: steps, $schema: _, ...rest } = output;
  const used = combinators.filter((combinator) => rest[combinator] !== undefined);
  if (used.length > 1) {
    throw new BetalabError(
      "config",
      `${origin} has both ${used.join(" and ")}`,
      "put them into product (all with all) or chain (one after the other)",
    );
  }
  const parts: Space[] = used.map((combinator) => ({ [combinator]: rest[combinator] }) as unknown as Space);
  if (seeds !== undefined) parts.push({ grid: { seed: typeof seeds === "number" ? range(seeds) : seeds } });
  if (parts.length === 0) {
    throw new BetalabError(
      "config",
      `${origin} varies nothing`,
      `give it seeds, or one of ${combinators.join(", ")}`,
    );
  }
  const settings = expand({ product: parts });
  const keys = new Set(settings.flatMap((one) => Object.keys(one)));
  const twice = Object.keys(set).find((one) => keys.has(one));
  if (twice !== undefined) {
    throw new BetalabError("config", `${origin}: ${twice} is in set and is varied`, "keep it in one place");
  }
  const repeated = new Set(steps.filter(({ job }, i) => steps.findIndex((one) => one.job === job) !== i));
  for (const { job } of repeated) throw new BetalabError("config", `${origin}: then names ${job} twice`);
  return { name: rest.name ?? name, origin, config, set, settings, steps };
}

const expected: Readonly<Record<string, string>> = {
  config: "a preset's name, a config file, or a config",
  seeds: "a number of seeds, or a list of them",
  grid: "lists of values by key, such as objective.beta: [1, 4]",
  zip: "lists of values by key, such as objective.beta: [1, 4]",
};

function hintFor({ kind, path }: Issue, input: object): string {
  if (path[0] === "config" && path.length === 1 && ("preset" in input || "data" in input))
    return "it is the config of one training, which the job `train` takes; a sweep names it by its key config";
  if (kind === "unknown key") {
    return suggest(path.at(-1)!, path.length === 1 ? Object.keys(sweepSchema.shape) : [...combinators]);
  }
  const section = path[0] ?? "";
  return section in expected ? `${section} is ${expected[section]}` : "see docs/sweeps.md";
}
