/** From run directories, and folders that hold some, to runs. */

import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { BetalabError } from "../base/errors.ts";
import { listRuns, readRecord } from "../runs/index.ts";
import { isExported } from "../trained/index.ts";

/** A run that a person named, or meant by naming its folder. */
export interface RunAt {
  readonly path: string;
  /** Why there is no run yet. */
  readonly problem?: string | undefined;
}

/** The runs that the paths stand for, in order and each once. Throws "run" for a path that holds none. */
export function runsAt(paths: readonly string[]): RunAt[] {
  return eachOnce(paths.flatMap(runsIn));
}

/** The same, and exported models where a path is the folder of one. */
export function modelsAt(paths: readonly string[]): RunAt[] {
  return eachOnce(paths.flatMap((path) => (isExported(path) ? [{ path }] : runsIn(path))));
}

const eachOnce = (runs: readonly RunAt[]): RunAt[] => [
  ...new Map(runs.map((one) => [resolve(one.path), one])).values(),
];

function runsIn(path: string): RunAt[] {
  if (existsSync(join(path, "run.json"))) return [{ path }];
  const record = readRecord(path);
  if (record !== undefined) {
    return record.runs.map(({ name, folder = name, status, error }) => {
      const own = join(path, folder);
      if (existsSync(join(own, "run.json"))) return { path: own };
      return { path: own, problem: status === "failed" ? `failed: ${error}` : "not begun" };
    });
  }
  const found = listRuns(path).toSorted((a, b) => a.path.localeCompare(b.path, "en", { numeric: true }));
  if (found.length > 0) return found.map((run) => ({ path: run.path }));
  throw new BetalabError(
    "run",
    existsSync(path) ? `${path} is not a run and contains no runs` : `there is no folder ${path}`,
    "give run directories, or the folder of a sweep",
  );
}
