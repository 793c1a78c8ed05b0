/** `sweep.json`: what a sweep is and how far it got, in the sweep's folder. Runs speak for themselves; this names those that failed. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { makeFolder, writeFileAtomic } from "../base/disk.ts";
import { BetalabError } from "../base/errors.ts";
import { check, describeIssue } from "../base/issues.ts";
import { stringifyJson } from "../base/json.ts";

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
  const path = join(folder, RECORD_NAME);
  if (!existsSync(path)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new BetalabError("run", `can't read ${path}: ${(cause as Error).message}`, undefined, { cause });
  }
  const { format } = (value ?? {}) as { format?: unknown };
  if (typeof format === "number" && format > SWEEP_FORMAT) {
    throw new BetalabError(
      "run",
      `${path} has format ${format}; this betalab reads formats up to ${SWEEP_FORMAT}`,
      "upgrade betalab: npm install betalab@latest",
    );
  }
  const { output, issue } = check(sweepRecord, value);
  if (issue === undefined) return output;
  throw new BetalabError("run", `${path} is not the record of a sweep: ${describeIssue(issue)}`);
}

/** Writes the record whole. */
export function writeRecord(folder: string, name: string, runs: readonly RecordedRun[], on?: string): void {
  makeFolder(folder);
  const record: SweepRecord = {
    format: SWEEP_FORMAT,
    name,
    ...(on !== undefined && { on }),
    runs: [...runs],
  };
  writeFileAtomic(join(folder, RECORD_NAME), `${stringifyJson(record, 2)}\n`);
}
