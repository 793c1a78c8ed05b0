/**
 * What `run.json` says about a run, and reading and writing it. Only the envelope is known here: the resolved
 * config inside is the config room's, which checks it when it is used.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "../base/disk.ts";
import { BetalabError } from "../base/errors.ts";
import { check, describeIssue } from "../base/issues.ts";

export const INFORMATION_NAME = "run.json";

/** The version of the run directory's layout. Raise it when an older betalab would misread a run. */
export const RUN_FORMAT = 2;

const count = z.int().nonnegative();
const amount = z.number().nonnegative();

/** Items of a config that are not shipped, each with the SHA-256 of the module that brought it or of its definition. */
export const extensionsSchema = z.array(
  z.looseObject({
    registry: z.string(),
    name: z.string(),
    /** The module's path; absent for what was given in code. */
    module: z.string().optional(),
    hash: z.string(),
  }),
);

const versions = z.looseObject({ betalab: z.string(), node: z.string(), onnxruntime: z.string() });

/** Loose objects: what a later betalab adds within the same format survives a rewrite by this one. */
const runInformation = z.looseObject({
  format: z.literal(RUN_FORMAT),
  name: z.string().min(1),
  /** ISO 8601, UTC. */
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  status: z.enum(["running", "finished", "interrupted", "failed"]),
  /** Why it failed, for people. */
  error: z.string().optional(),
  /** The resolved config: all that the run needs to be repeated. */
  config: z.unknown(),
  /** What the config names that is not shipped. */
  extensions: extensionsSchema.optional(),
  versions,
  data: z.looseObject({
    name: z.string(),
    fingerprint: z.string(),
    counts: z.looseObject({ train: count, heldOut: count }),
  }),
  seed: count,
  device: z.string(),
  threads: count,
  /** `step` and `epoch` are those completed; `epochs` is how many were asked for. */
  progress: z.looseObject({ step: count, epoch: amount, epochs: amount }),
  /** Seconds of training so far (over all resumes), the mean speed, and the most memory held at once. */
  timings: z.looseObject({ seconds: amount, imagesPerSecond: amount, peakResidentBytes: amount }),
  /** Each stretch of training, where and with what; the last one, while it goes on, has no exit. */
  attempts: z
    .array(
      z.looseObject({
        startedAt: z.iso.datetime(),
        endedAt: z.iso.datetime().optional(),
        fromStep: count,
        host: z.string(),
        pid: count,
        processor: z.string(),
        device: z.string(),
        threads: count,
        versions,
        /** A status; "killed" where the next one found no word. */
        exit: z.string().optional(),
      }),
    )
    .optional(),
});

export type RunInformation = z.infer<typeof runInformation>;
export type RunStatus = RunInformation["status"];

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
  checkFormat(value, path);
  const { output, issue } = check(runInformation, value);
  if (issue === undefined) return output;
  throw new BetalabError("run", `${path} is not the run.json of a run: ${describeIssue(issue)}`);
}

/**
 * Writes `run.json` whole.
 *
 * @throws BetalabError "disk"; Error "internal: …" when the information is not what a reader would accept.
 */
export function writeInformation(folder: string, information: RunInformation): void {
  const { output, issue } = check(runInformation, information);
  if (issue !== undefined) throw new Error(`internal: run.json would be unreadable: ${describeIssue(issue)}`);
  const lossy = JSON.stringify(output, refuseNonFinite, 2);
  writeFileAtomic(join(folder, INFORMATION_NAME), `${lossy}\n`);
}

function refuseNonFinite(key: string, value: unknown): unknown {
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  throw new Error(`internal: run.json can't hold ${value} (in "${key}")`);
}

function checkFormat(value: unknown, path: string): void {
  const format = (value as { format?: unknown } | null)?.format;
  if (typeof format === "number" && format > RUN_FORMAT) {
    throw new BetalabError(
      "run",
      `${path} has format ${format}; this betalab reads format ${RUN_FORMAT}`,
      "upgrade betalab: npm install betalab@latest",
    );
  }
  if (typeof format === "number" && format < RUN_FORMAT) {
    throw new BetalabError(
      "run",
      `${path} has format ${format}: an older betalab wrote it, whose checkpoints this one can't read`,
      "train it again: its config is in run.json, under the key config",
    );
  }
}

function unreadable(error: unknown, folder: string, path: string): BetalabError {
  const cause = { cause: error };
  if (error instanceof SyntaxError) {
    return new BetalabError("run", `${path} is cut off or not JSON: ${error.message}`, undefined, cause);
  }
  const { code } = error as NodeJS.ErrnoException;
  const noRun = {
    ENOENT: `${folder} is not a run: it has no ${INFORMATION_NAME}`,
    ENOTDIR: `${folder} is not a run: it is a file, not a folder`,
  }[code ?? ""];
  if (noRun !== undefined) {
    return new BetalabError("run", noRun, "give the folder that `betalab train` printed", cause);
  }
  return new BetalabError("run", `can't read ${path}: ${(error as Error).message}`, undefined, cause);
}
