/** The runs under a folder, for lists, comparisons and the studio. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { BetalabError } from "../base/errors.ts";
import { INFORMATION_NAME, type RunInformation, type RunStatus } from "./format.ts";
import { readInformation } from "./information.ts";
import { effectiveStatus } from "./run.ts";
import { RECORD_NAME } from "./sweep-record.ts";

/** A run as a list shows it: readable, with its status now, or broken, with the reason. */
export type RunSummary =
  | { readonly path: string; readonly status: RunStatus; readonly information: RunInformation }
  | { readonly path: string; readonly status: "unreadable"; readonly problem: string };

/** A sweep keeps its runs one folder deeper; nobody keeps them deeper than this. */
const DEEPEST = 3;

/**
 * All runs in `folder` and its subfolders (three levels), newest first, unreadable ones last. An absent folder has none.
 *
 * @throws BetalabError "run" when `folder` itself can't be read.
 */
export function listRuns(folder: string): RunSummary[] {
  return findRuns(folder)
    .runs.map(summarize)
    .sort((a, b) => creation(b).localeCompare(creation(a)) || a.path.localeCompare(b.path));
}

/**
 * The folders of runs and of sweeps, without reading them; paths begin with the folder that was searched. A run is not searched
 * for further runs, and no link is followed. Throws as `listRuns`.
 */
export function findRuns(folder: string): {
  readonly runs: readonly string[];
  readonly sweeps: readonly string[];
} {
  const runs: string[] = [];
  const sweeps: string[] = [];
  const look = (at: string, depth: number): void => {
    const entries = entriesOf(at, depth === DEEPEST);
    if (entries.some((entry) => entry.name === INFORMATION_NAME)) return void runs.push(at);
    if (entries.some((entry) => entry.name === RECORD_NAME)) sweeps.push(at);
    if (depth === 0) return;
    for (const entry of entries) {
      const { name } = entry;
      if (entry.isDirectory() && !name.startsWith(".") && name !== "node_modules")
        look(join(at, name), depth - 1);
    }
  };
  look(folder, DEEPEST);
  return { runs, sweeps };
}

function entriesOf(folder: string, isTop: boolean): { name: string; isDirectory(): boolean }[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    // Somebody else's folder among the runs is no reason to show none.
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || !isTop) return [];
    const why = (error as Error).message;
    throw new BetalabError("run", `can't read ${folder}: ${why}`, undefined, { cause: error });
  }
}

function summarize(path: string): RunSummary {
  try {
    const information = readInformation(path);
    return { path, status: effectiveStatus(path, information), information };
  } catch (error) {
    if (!(error instanceof BetalabError)) throw error;
    return { path, status: "unreadable", problem: error.message };
  }
}

const creation = (run: RunSummary): string => (run.status === "unreadable" ? "" : run.information.createdAt);
