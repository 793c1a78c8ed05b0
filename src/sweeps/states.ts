/** How the runs of a sweep stand, from what lies in its folder alone. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { BetalabError } from "../base/errors.ts";
import type { SweptRun } from "../jobs/index.ts";
import { RunDirectory, readRecord, type SweepRecord } from "../runs/index.ts";

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

/** What the record says, but for runs that are at work or were interrupted: these speak for themselves. */
export function statesOnDisk(folder: string): SweptRun[] {
  return (readRecord(folder)?.runs ?? []).map(({ name, folder: own = name, status, error }) => {
    const path = join(folder, own);
    const run = existsSync(join(path, "run.json")) ? RunDirectory.open(path) : undefined;
    const now = run?.status;
    const over = status === "finished" || status === "failed";
    const shown = over || now === undefined ? status : now === "finished" ? "running" : now;
    const { step, epoch, epochs } = run?.information.progress ?? { step: 0, epoch: 0, epochs: 0 };
    const progress =
      shown === "running" && step > 0 ? { stage: "training", done: epoch, total: epochs } : undefined;
    return { name, path, status: shown, before: false, progress, error };
  });
}
