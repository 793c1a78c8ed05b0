/** `sweep.json`: what a sweep is and how far it got, in the sweep's folder. Runs speak for themselves; this names those that failed. */

import { join } from "node:path";
import { z } from "zod";
import { makeFolder, writeFileAtomic } from "../base/disk.ts";
import { stringifyJson } from "../base/json.ts";
import { readRecordFile } from "./job-record.ts";

export const RECORD_NAME = "sweep.json";
const SWEEP_FORMAT = 2;

const recordedRun = z.looseObject({
  name: z.string(),
  /** Of the run directory, where it has another name: a run keeps its folder when the sweep comes to call it otherwise. */
  folder: z.string().optional(),
  settings: z.record(z.string(), z.unknown()),
  identity: z.string(),
  status: z.enum(["waiting", "running", "finished", "failed", "interrupted"]),
  /** Why it failed. */
  error: z.string().optional(),
  /**
   * Jobs done on the run, each with its options as canonical JSON and the files that it wrote: one with other options, or
   * whose files are gone, is done again.
   */
  steps: z.record(z.string(), z.object({ options: z.string(), paths: z.array(z.string()) })),
});

const sweepRecord = z.looseObject({
  format: z.literal(SWEEP_FORMAT),
  name: z.string(),
  /** Where the runs were submitted to. */
  on: z.string().optional(),
  runs: z.array(recordedRun),
});

export type RecordedRun = z.infer<typeof recordedRun>;
export type SweepRecord = z.infer<typeof sweepRecord>;

/** The record of the sweep in `folder`; `undefined` when there is none. Throws "run" when it can't be read. */
export function readRecord(folder: string): SweepRecord | undefined {
  const hint =
    "move it away and give the sweep's line again: runs are found by their settings and kept, what follows a training is done again";
  const kind = { format: SWEEP_FORMAT, what: "the record of a sweep", hint };
  return readRecordFile(join(folder, RECORD_NAME), sweepRecord, kind);
}

/** Writes the record whole. */
export function writeRecord(folder: string, name: string, runs: readonly RecordedRun[], on?: string): void {
  makeFolder(folder);
  const record: SweepRecord = { format: SWEEP_FORMAT, name, on, runs: [...runs] };
  writeFileAtomic(join(folder, RECORD_NAME), `${stringifyJson(record, 2)}\n`);
}
