/** How the runs of a sweep stand, from what lies in its folder alone. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { BetalabError } from "../base/errors.ts";
import type { SweptRun } from "../jobs/index.ts";
import {
  type RecordedRun,
  RunDirectory,
  type RunInformation,
  type RunStatus,
  readRecord,
  type SweepRecord,
} from "../runs/index.ts";

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
export function standing(
  { status }: Pick<RecordedRun, "status">,
  run: { readonly status: RunStatus; readonly progress: RunInformation["progress"] } | undefined,
): Pick<SweptRun, "status" | "progress"> {
  const over = status === "finished" || status === "failed";
  const now = run?.status;
  const shown = over || now === undefined ? status : now === "finished" ? "running" : now;
  const { step, epoch, epochs } = run?.progress ?? { step: 0, epoch: 0, epochs: 0 };
  const trains = shown === "running" && step > 0;
  return { status: shown, progress: trains ? { stage: "training", done: epoch, total: epochs } : undefined };
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
