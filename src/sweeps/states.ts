/** How the runs of a sweep stand, from what lies in its folder alone. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { BetalabError } from "../base/errors.ts";
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

export function statesOnDisk(folder: string): SweptRun[] {
  return (readRecord(folder)?.runs ?? []).map((recorded) => {
    const { name, folder: own = name, error } = recorded;
    const path = join(folder, own);
    const run = existsSync(join(path, "run.json")) ? RunDirectory.open(path) : undefined;
    const now = run && { status: run.status, progress: run.information.progress };
    return { name, path, ...standing(recorded, now), before: false, error };
  });
}
