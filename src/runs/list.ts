/** The runs under a folder, for lists, comparisons and the studio. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { BetalabError } from "../base/errors.ts";
import { INFORMATION_NAME, type RunInformation, type RunStatus } from "./format.ts";
import { readInformation } from "./information.ts";
import { effectiveStatus } from "./run.ts";

/** A run as a list shows it: readable, with its status now, or broken, with the reason. */
export type RunSummary =
  | { readonly path: string; readonly status: RunStatus; readonly information: RunInformation }
  | { readonly path: string; readonly status: "unreadable"; readonly problem: string };

/** A sweep keeps its runs one folder deeper; nobody keeps them deeper than this. */
const DEEPEST = 3;

/**
 * All runs in `folder` and its subfolders (three levels), newest first, unreadable ones last; a run is not
 * searched for further runs. An absent folder has none.
 *
 * @throws BetalabError "run" when `folder` itself can't be read.
 */
export function listRuns(folder: string): RunSummary[] {
  return find(folder, DEEPEST).sort(
    (a, b) => creation(b).localeCompare(creation(a)) || a.path.localeCompare(b.path),
  );
}

function find(folder: string, depth: number): RunSummary[] {
  let entries: { name: string; isDirectory(): boolean }[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    if (depth < DEEPEST) return []; // Somebody else's folder among the runs is no reason to show none.
    const why = (error as Error).message;
    throw new BetalabError("run", `can't read ${folder}: ${why}`, undefined, { cause: error });
  }
  if (entries.some((entry) => entry.name === INFORMATION_NAME)) return [summarize(folder)];
  if (depth === 0) return [];
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules")
    .flatMap((entry) => find(join(folder, entry.name), depth - 1));
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
