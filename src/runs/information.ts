/**
 * Reading and writing `run.json`. Only the envelope is known here: the resolved config inside is the config room's,
 * which checks it when it is used.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../base/disk.ts";
import { BetalabError } from "../base/errors.ts";
import { check, describeIssue } from "../base/issues.ts";
import { INFORMATION_NAME, parseInformation, type RunInformation, runInformation } from "./format.ts";

/**
 * Reads `run.json` of the run in `folder`.
 *
 * @throws BetalabError "run" naming the file and the reason: no run, cut off, foreign, or from a newer betalab.
 */
export function readInformation(folder: string): RunInformation {
  const path = join(folder, INFORMATION_NAME);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw unreadable(error, folder, path);
  }
  return parseInformation(value, path);
}

/**
 * Writes `run.json` whole.
 *
 * @throws BetalabError "disk"; Error "internal: …" when the information is not what a reader would accept.
 */
export function writeInformation(folder: string, information: RunInformation): void {
  const { output, issue } = check(runInformation, information);
  if (issue !== undefined) throw new Error(`internal: run.json would be unreadable: ${describeIssue(issue)}`);
  const text = JSON.stringify(output, refuseNonFinite, 2);
  writeFileAtomic(join(folder, INFORMATION_NAME), `${text}\n`);
}

function refuseNonFinite(key: string, value: unknown): unknown {
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  throw new Error(`internal: run.json can't hold ${value} (in "${key}")`);
}

function unreadable(error: unknown, folder: string, path: string): BetalabError {
  const cause = { cause: error };
  if (error instanceof SyntaxError) {
    return new BetalabError("run", `${path} is cut off or not JSON: ${error.message}`, undefined, cause);
  }
  const { code } = error as NodeJS.ErrnoException;
  const noRun = {
    ENOENT: existsSync(folder)
      ? `${folder} is not a run: it has no ${INFORMATION_NAME}`
      : `there is no folder ${folder}`,
    ENOTDIR: `${folder} is not a run: it is a file, not a folder`,
  }[code ?? ""];
  if (noRun !== undefined) {
    return new BetalabError("run", noRun, "give the folder that `betalab train` printed", cause);
  }
  return new BetalabError("run", `can't read ${path}: ${(error as Error).message}`, undefined, cause);
}
