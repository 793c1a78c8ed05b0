/** What `run.json` says about a run, as data: read and written elsewhere, in a page as well. */

import { z } from "zod";
import { BetalabError } from "../base/errors.ts";
import { check, describeIssue } from "../base/issues.ts";

export const INFORMATION_NAME = "run.json";

/** The version of the run directory's layout. Raise it when an older betalab would misread a run. */
export const RUN_FORMAT = 2;

const count = z.int().nonnegative();
const side = z.int().positive();
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

/** `engine` is what computed, its package and version; absent where weights were imported. */
const versions = z.looseObject({ betalab: z.string(), node: z.string(), engine: z.string().optional() });

/** Loose objects: what a later betalab adds within the same format survives a rewrite by this one. */
export const runInformation = z.looseObject({
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
  /** Which layer each given key of the config came from: "preset mnist-mlp-20"; the others have their default. */
  origins: z.record(z.string(), z.string()).optional(),
  /** What the config names that is not shipped. */
  extensions: extensionsSchema.optional(),
  versions,
  data: z.looseObject({
    name: z.string(),
    /** Absent: weights were imported where their data was not. */
    fingerprint: z.string().optional(),
    counts: z.looseObject({ train: count, heldOut: count }),
    /** Of its pictures, by which the model is built again. */
    image: z.object({ height: side, width: side, channels: side }).optional(),
    /** Names of the classes that a conditional model is given. */
    classes: z.array(z.string()).readonly().optional(),
    /** Where it lay. */
    directory: z.string().optional(),
  }),
  /** The file of weights that the run began with, and its SHA-256. */
  imported: z.looseObject({ file: z.string(), sha256: z.string() }).optional(),
  /** Where it is logged beside `metrics.jsonl`; `run` is what that server calls it. */
  logs: z
    .looseObject({
      tensorboard: z.literal(true).optional(),
      mlflow: z.looseObject({ url: z.string(), run: z.string().optional() }).optional(),
    })
    .optional(),
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
        /** "linux 6.1.0 x64" */
        system: z.string().optional(),
        /** What was run, without passwords in addresses. */
        command: z.string().optional(),
        /** Of the repository that it was run in, "-dirty" where files of it had changed. */
        commit: z.string().optional(),
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

/** What was read from `path`. Throws "run" naming it and the reason: foreign, or from another version of betalab. */
export function parseInformation(value: unknown, path: string): RunInformation {
  const format = refuseNewer(value, path, RUN_FORMAT);
  if (format !== undefined && format < RUN_FORMAT) {
    throw new BetalabError(
      "run",
      `${path} has format ${format}: an older betalab wrote it, whose checkpoints this one can't read`,
      "train it again: its config is in run.json, under the key config",
    );
  }
  const { output, issue } = check(runInformation, value);
  const nameless = output && output.imported === undefined && output.data.fingerprint === undefined;
  if (issue === undefined && !nameless) return output!;
  const why = issue === undefined ? "data.fingerprint is missing" : describeIssue(issue);
  throw new BetalabError("run", `${path} is not the run.json of a run: ${why}`);
}

/** The format that a file's value names, if it does. Throws "run" when it is newer than the one that is `read`. */
export function refuseNewer(value: unknown, path: string, read: number): number | undefined {
  const format = (value as { format?: unknown } | null)?.format;
  if (typeof format !== "number") return undefined;
  if (format <= read) return format;
  throw new BetalabError(
    "run",
    `${path} has format ${format}; this betalab reads format ${read}`,
    "upgrade betalab: npm install betalab@latest",
  );
}
