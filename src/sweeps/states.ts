/** How the runs of a sweep stand, from what lies in its folder alone. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { BetalabError } from "../base/errors.ts";
import { occupant } from "../base/lease.ts";
import type { SweptRun } from "../jobs/index.ts";
import { RunDirectory, readRecord, type SweepRecord, standing } from "../runs/index.ts";

/** The record of the sweep in `folder`. Throws "run" where there is none. */
export function recordOf(folder: string): SweepRecord {
  const record = readRecord(folder);
  if (record !== undefined) return record;
  throw new BetalabError(
    "run",
    `${folder} is not the folder of a sweep`,
    "give the folder that betalab sweep printed",
  );
}

/** One whose `run.json` can't be read has failed, with the reason; the others are told all the same. */
export function statesOnDisk(folder: string): SweptRun[] {
  const record = readRecord(folder);
  // A place that goes on by itself is asked by whoever wants to know more.
  const isHeld = (record?.on ?? "local") !== "local" || occupant(folder) !== undefined;
  return (record?.runs ?? []).map((recorded): SweptRun => {
    const { name, folder: own = name, error } = recorded;
    const path = join(folder, own);
    try {
      const run = existsSync(join(path, "run.json")) ? RunDirectory.open(path) : undefined;
      const now = run && { status: run.status, progress: run.information.progress };
      return { name, path, ...standing(recorded, now, isHeld), before: false, error };
    } catch (problem) {
      if (!(problem instanceof BetalabError)) throw problem;
      const { message, hint } = problem;
      return { name, path, status: "failed", progress: undefined, before: false, error: message, hint };
    }
  });
}
