/** All that is known of one run but its records and pictures. */

import { statSync } from "node:fs";
import { join } from "node:path";
import { BetalabError } from "../base/errors.ts";
import { type Config, configuration, type Registries } from "../config/index.ts";
import { describeEvaluation } from "../jobs/index.ts";
import {
  Checkpoints,
  type EvaluationRecord,
  RunDirectory,
  readEvaluation,
  readMetrics,
} from "../runs/index.ts";
import type { ConfigValue, RunDetail, RunRow } from "./protocol.ts";
import { settingsOf } from "./run-row.ts";

export function runDetail(row: RunRow, folder: string, registries: Registries): RunDetail {
  const problems: string[] = [];
  const readable = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof BetalabError)) throw error;
      problems.push(error.message.replaceAll(folder, row.path));
      return undefined;
    }
  };
  const run = row.status === "unreadable" ? undefined : readable(() => RunDirectory.open(folder));
  const checkpoints = readable(() => new Checkpoints(join(folder, "checkpoints")).list()) ?? [];
  const evaluation = readable(() => readEvaluation(folder));
  const metrics = readable(() => readMetrics(folder));
  return {
    row,
    ...(run && { information: run.information }),
    config: run ? configValues(run.information.config, run.information.origins, registries) : [],
    checkpoints: checkpoints.map(({ step, path }) => ({
      step,
      bytes: statSync(path, { throwIfNoEntry: false })?.size ?? 0,
    })),
    ...(evaluation && { evaluation: { value: evaluation, rows: evaluationRows(evaluation) } }),
    ...(metrics && { metrics: { value: metrics } }),
    problems,
  };
}

/** Every value of a config, with what it means where the config is one that these registries know. */
export function configValues(
  config: unknown,
  origins: Readonly<Record<string, string>> | undefined,
  registries: Registries,
): ConfigValue[] {
  const explained = explanations(config, registries);
  return Object.entries(settingsOf(config)).map(([key, value]) => {
    const origin = origins && originOf(key, origins);
    const description = parents(key)
      .map((path) => explained.get(path))
      .find((text) => text !== undefined);
    return { key, value, ...(origin && { origin }), ...(description && { description }) };
  });
}

/** A key, and those that hold it: a schedule is given as a whole. */
const parents = (key: string): string[] =>
  key.split(".").map((_, i, parts) => parts.slice(0, parts.length - i).join("."));

const originOf = (key: string, origins: Readonly<Record<string, string>>): string =>
  parents(key)
    .map((path) => origins[path])
    .find((origin) => origin !== undefined) ?? "default";

function explanations(config: unknown, registries: Registries): ReadonlyMap<string, string> {
  try {
    return configuration(registries).explain({ config: config as Config, origins: new Map() });
  } catch {
    return new Map(); // Of an extension that is not here.
  }
}

function evaluationRows(evaluation: EvaluationRecord): string[][] {
  return describeEvaluation(evaluation).sections.flatMap(({ title, columns, rows, notes }) => {
    const wide = (text: string): string[] => [text, ...columns.slice(1).map(() => "")];
    return [wide(title), [...columns], ...rows.map((row) => [...row]), ...notes.map(wide)];
  });
}
