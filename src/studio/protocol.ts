/**
 * What the studio's page and its server say to each other: what goes over every address of `routes.ts`. Runs in a page.
 *
 * - A run's `id` is its path below the studio's folder, with `/`: `betas/beta-4_seed-0`. In an address it is one segment,
 *   `encodeURIComponent(id)`; `routes` writes all of them. A sweep's id is its folder's path, in the same way.
 *   A file's path within a run keeps its slashes and has each segment encoded.
 * - Bodies are JSON as `base/json.ts` reads and writes it: NaN and the infinities are the strings "NaN", "Infinity",
 *   "-Infinity"; read them with `parseJson`.
 * - What fails answers `{ error: { code, message, hint? } }` (`Refusal`) with a status of 400 or more: message and hint are what
 *   the command line would say, with its flags. 401: no token; 403: not allowed here (another site, read-only); 404;
 *   409: somebody works on it; 413: too large; 422: refused by the job; 507: the disk is full.
 * - What changes anything is POST, PUT or DELETE with `content-type: application/json` (PUT: the file's own), from this
 *   origin. With `readOnly` it answers 403.
 * - Streams are Server-Sent Events: `new EventSource(…)` reconnects by itself with the last id that it saw. An event's
 *   name is a key of `StudioEvents` or `RunEvents`, its data JSON as above.
 */

import type { MetricRecord, RunInformation } from "../runs/web.ts";
import type { JobDescription } from "../workbench/web.ts";

export { routes } from "./routes.ts";

export interface Refusal {
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string };
}

export interface Studio {
  /** The folder as it was given: `runs`; of `.` and the like its name. */
  readonly folder: string;
  readonly version: string;
  readonly readOnly: boolean;
  /** How many threads of training run at a time. */
  readonly cores: number;
  readonly uploadBytes: number;
}

/** "dead": it says that it is training, but whoever did is gone, or silent for longer than its lease. */
export type RunState = "running" | "finished" | "interrupted" | "failed" | "dead" | "unreadable";

export type SettingValue = string | number | boolean | null | readonly unknown[];

/** A run in the table. An unreadable one has no settings and no numbers. */
export interface RunRow {
  readonly id: string;
  /** Its folder as a command line takes it: `runs/betas/beta-4_seed-0`. */
  readonly path: string;
  readonly name: string;
  readonly status: RunState;
  /** Why it failed, or can't be read: a sentence. */
  readonly problem?: string;
  /** Who works on it: "process 12 on node-a". */
  readonly holder?: string;
  /** The id of the sweep that it belongs to. */
  readonly sweep?: string;
  /** The preset that it was made from, where that was recorded. */
  readonly preset?: string;
  /** The data's name: "MNIST". */
  readonly data?: string;
  /** Every value of its config but the name, by dotted key: `objective.beta`. */
  readonly settings: Readonly<Record<string, SettingValue>>;
  /** Numbers by key of `RunsTable.measures`: `negativeElbo`, `kl`, `activeUnits`, `metric:mig`, … */
  readonly numbers: Readonly<Record<string, number>>;
  /** Held-out −ELBO in nats per image, over the epochs; at most 40 of them, the first and the last among them. */
  readonly sparkline: readonly number[];
  readonly progress: { readonly step: number; readonly epoch: number; readonly epochs: number };
  /** Seconds until it is done, while it trains and where that can be estimated. */
  readonly secondsLeft?: number;
  /** ISO 8601, UTC. */
  readonly createdAt?: string;
  readonly updatedAt?: string;
  /** Seconds of training, over all attempts. */
  readonly seconds: number;
  /** Of all its files; 0 until they have been counted. */
  readonly bytes: number;
  /** It was evaluated, measured, reported: which of these files it has. */
  readonly has: readonly ("evaluation" | "metrics" | "report" | "model")[];
}

export interface MeasureInfo {
  readonly label: string;
  /** "nats/image". */
  readonly unit?: string;
  readonly better?: "lower" | "higher";
  readonly definition: string;
}

export interface RunsTable {
  /** The newest first. */
  readonly rows: readonly RunRow[];
  readonly sweeps: readonly SweepRow[];
  /** Keys of `settings` whose values differ between rows, in the config's order. */
  readonly varying: readonly string[];
  /** Of all keys of `numbers`, in the order of columns. */
  readonly measures: Readonly<Record<string, MeasureInfo>>;
}

export interface SweepRow {
  readonly id: string;
  readonly path: string;
  readonly name: string;
  /** Where its runs are carried out: "local", "slurm", "redis://…"; absent where its record can't be read. */
  readonly on?: string;
  /** Why `sweep.json` can't be read, and what to do about it; its counts are those of the runs that are there. */
  readonly problem?: string;
  /** Runs by how they stand. */
  readonly counts: Readonly<Record<SweepState, number>>;
  /** The keys that it varies. */
  readonly keys: readonly string[];
  /** Who carries it out, where that is a process that waits for it. */
  readonly holder?: string;
}

export type SweepState = "waiting" | "running" | "finished" | "failed" | "interrupted";

export interface SweepDetail extends SweepRow {
  readonly runs: readonly {
    readonly name: string;
    /** Of its row; there may be none yet. */
    readonly id: string;
    readonly status: SweepState;
    readonly settings: Readonly<Record<string, unknown>>;
    readonly error?: string;
    readonly hint?: string;
  }[];
  /** Why the executor could not be asked: what the disk says is shown then. Or as of its row. */
  readonly problem?: string;
}

export interface RunDetail {
  readonly row: RunRow;
  /** `run.json`; absent where it can't be read (`row.problem` says why). */
  readonly information?: RunInformation;
  readonly config: readonly ConfigValue[];
  /** Ascending; `best` is the step of the weights of the best epoch. */
  readonly checkpoints: readonly { readonly step: number; readonly bytes: number }[];
  /** `tables/evaluation.json`, as the job `evaluate` documents its value, and rows for reading. */
  readonly evaluation?: { readonly value: unknown; readonly rows: readonly (readonly string[])[] };
  /** `tables/metrics.json`, as the job `metrics` documents its value. */
  readonly metrics?: { readonly value: unknown };
  /** What of these could not be read: a sentence each. */
  readonly problems: readonly string[];
}

export interface ConfigValue {
  /** `objective.beta`. */
  readonly key: string;
  readonly value: unknown;
  /** "preset mnist-mlp-20", "--set", "BETALAB_SEED", "sweep", "default"; absent where it was not recorded. */
  readonly origin?: string;
  /** What it means. */
  readonly description?: string;
}

export interface Records {
  /** Lines of `metrics.jsonl`, in their order. `split` is "train" or "heldOut"; terms are nats per image. */
  readonly records: readonly MetricRecord[];
  /** Where they end: for `after`. */
  readonly at: string;
  /** The file is another one than that of `after` (the run was resumed): these are all records, forget those before. */
  readonly fromStart: boolean;
  /** Lines that can't be read, and are left out. */
  readonly broken: number;
}

/** What a run's stream tells. The id of an event is a `Records.at`. */
export interface RunEvents {
  readonly records: Records;
  readonly run: RunRow;
  readonly figures: readonly Figure[];
  /** It is gone (deleted, moved): the stream ends. Close it, else it is opened again. */
  readonly gone: { readonly id: string };
}

export interface Figure {
  /** "reconstructions", "samples" of epochs; "traverse", … of jobs. */
  readonly name: string;
  /** Absent for what belongs to no epoch. */
  readonly epoch?: number;
  /** For `routes.file`: `figures/samples-epoch-0003.png`. */
  readonly path: string;
  /** Changes when the file does: add it as `?v=` for the browser's cache. */
  readonly version: string;
}

export interface FileEntry {
  readonly path: string;
  readonly bytes: number;
  readonly modifiedAt: string;
}

export interface LogText {
  /** "sweep", or the queue entry's id. */
  readonly name: string;
  /** Its end, where it is long. */
  readonly text: string;
  readonly cut: boolean;
}

export interface Stopped {
  /** Who was asked: "process 12". */
  readonly holder: string;
}

/** What changes in the folder. Ids count up; after a pause too long to make good, `reload` comes: get everything again. */
export interface StudioEvents {
  readonly runs: Omit<RunsTable, "sweeps"> & { readonly removed: readonly string[] };
  readonly sweeps: readonly SweepRow[];
  /** An entry that is new or changed. */
  readonly queue: QueueEntry;
  readonly trash: readonly TrashEntry[];
  readonly reload: Readonly<Record<string, never>>;
}

export interface Catalogue {
  /** What the studio does; `takes` says what kind of subject. */
  readonly jobs: readonly JobForm[];
  /** Names that a subject can have, by `takes`: presets, data sources, sweeps. */
  readonly names: Readonly<
    Partial<Record<JobDescription["takes"], readonly (readonly [name: string, summary: string])[]>>
  >;
  /** JSON Schema of a config, for the form of `train`, and of a sweep as an object. */
  readonly configSchema: unknown;
  readonly sweepSchema: unknown;
}

export interface JobForm extends JobDescription {
  /** It trains: it waits for cores. Others begin at once. */
  readonly trains: boolean;
  /** JSON Schema of the options, for a form; `default`, `unit`, `description` of each inside. */
  readonly schema: unknown;
}

export interface JobRequest {
  /** "train", "data inspect". */
  readonly job: string;
  /**
   * What it works on: a preset's name or a config as an object; a run's id; ids; a source's name; a sweep's preset or a sweep
   * as an object; a sweep's id.
   */
  readonly subject?: string | readonly string[] | Readonly<Record<string, unknown>>;
  /** As typed: texts are read as the command line reads them. Empty texts and lists are as if absent. */
  readonly options?: Readonly<Record<string, OptionValue>>;
}

export type OptionValue = string | number | boolean | readonly (string | number)[] | null;

export interface CheckedJob {
  /** For a shell: `betalab train mnist-mlp-20 --epochs 5 --out runs/mnist-mlp-20-2`. */
  readonly commandLine: string;
}

export type QueueStatus = "queued" | "running" | "finished" | "failed" | "interrupted";

export interface QueueEntry {
  /** Sorts by time. */
  readonly id: string;
  readonly job: string;
  readonly commandLine: string;
  /** What was asked for: the same again is the same request. */
  readonly request: JobRequest;
  readonly status: QueueStatus;
  /** The run, runs or sweep that it works on or makes: ids. */
  readonly about: readonly string[];
  readonly submittedAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly progress?: { readonly stage: string; readonly done: number; readonly total?: number };
  /** What a person should know. */
  readonly notes: readonly string[];
  /** Why it failed or was stopped. */
  readonly error?: Refusal["error"];
  /** Files that it wrote: of runs, as `id` and path for `routes.file`; of the entry itself, a path for `routes.made`. */
  readonly files: readonly { readonly run?: string; readonly path: string }[];
}

export interface QueueResult {
  readonly entry: QueueEntry;
  /** What the command line prints with `--json`, as the job documents it; absent until it is finished. */
  readonly value?: unknown;
  readonly log: LogText;
}

export interface ConfigRequest {
  readonly subject: string | Readonly<Record<string, unknown>>;
  /** set, seed, epochs, device; as typed. */
  readonly options?: Readonly<Record<string, OptionValue>>;
}

export interface ResolvedConfig {
  readonly name: string;
  readonly config: readonly ConfigValue[];
}

export interface TrashEntry {
  readonly id: string;
  /** Where it was. */
  readonly run: string;
  readonly deletedAt: string;
  readonly bytes: number;
}
