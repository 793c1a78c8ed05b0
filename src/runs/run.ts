/**
 * A run as a folder: `run.json`, `metrics.jsonl`, `checkpoints/`, and room for what others make from it. There is
 * no database and no cache; what the files say is what the run is. Training itself happens elsewhere.
 */
import { readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { diskError, isTemporary, makeFolder, removeStaleTemporaries } from "../base/disk.ts";
import { BetalabError } from "../base/errors.ts";
import { shellWord } from "../base/escape.ts";
import { Lease, type LeaseOptions, occupant } from "../base/lease.ts";
import { isLeaseName } from "../base/lease-protocol.ts";
import { Checkpoints, type NewestCheckpoint } from "./checkpoints.ts";
import { INFORMATION_NAME, RUN_FORMAT, type RunInformation, type RunStatus } from "./format.ts";
import { readInformation, writeInformation } from "./information.ts";
import { MetricsFile } from "./metrics.ts";
import { surroundings } from "./surroundings.ts";

/** What each stretch of training may bring anew. */
type Brought = "config" | "versions" | "data" | "logs" | "device" | "threads";

/** What is known when a run starts; the rest of `run.json` is filled in. */
export type NewRun = Pick<RunInformation, Brought | "origins" | "extensions" | "imported" | "seed"> & {
  readonly epochs: number;
};

/** What changes while it trains. */
export type RunUpdate = Partial<Pick<RunInformation, Brought | "status" | "error" | "progress" | "timings">>;

type Attempt = NonNullable<RunInformation["attempts"]>[number];

const subfolders = ["checkpoints", "model", "figures", "tables"];

export class RunDirectory {
  /** As given, so that messages show what the person typed. */
  readonly path: string;
  readonly metrics: MetricsFile;
  readonly checkpoints: Checkpoints;
  private current: RunInformation;
  private lease: Lease | undefined;

  private constructor(path: string, information: RunInformation, lease?: Lease) {
    this.path = path;
    this.metrics = new MetricsFile(join(path, "metrics.jsonl"));
    this.checkpoints = new Checkpoints(join(path, "checkpoints"));
    this.current = information;
    this.lease = lease;
  }

  /**
   * Whether a new run may be made at `path`: asked before anything slow is done for it.
   *
   * @throws BetalabError "run" as `create` does.
   */
  static check(path: string): void {
    let names: string[];
    try {
      names = readdirSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      if ((error as NodeJS.ErrnoException).code === "ENOTDIR") {
        throw new BetalabError("run", `${path} is a file, not a folder`, "choose another `out`");
      }
      throw diskError(error, path, 0);
    }
    if (names.includes(INFORMATION_NAME)) {
      const hint = `continue it with \`betalab resume ${shellWord(path)}\`, or choose another \`out\``;
      throw new BetalabError("run", `${path} already holds a run`, hint);
    }
    if (names.some((name) => !isLeaseName(name) && !isTemporary(name))) {
      const message = `${path} is not empty, and is not a run that can be resumed`;
      throw new BetalabError("run", message, "choose another `out`");
    }
  }

  /**
   * Makes a new run, held for writing, with status "running".
   *
   * @throws BetalabError "run" when the folder already has something in it (all but what a run that was killed
   * while it was being created leaves), or another process writes it; "disk" when it can't be made.
   */
  static create(path: string, start: NewRun): RunDirectory {
    RunDirectory.check(path);
    makeFolder(path);
    const lease = Lease.take(path);
    try {
      RunDirectory.check(path); // Another process may have come and gone since the first look.
      removeStaleTemporaries(path);
      const now = new Date().toISOString();
      const { epochs, ...known } = start;
      const information: RunInformation = {
        format: RUN_FORMAT,
        name: basename(resolve(path)),
        createdAt: now,
        updatedAt: now,
        status: "running",
        ...known,
        progress: { step: 0, epoch: 0, epochs },
        timings: { seconds: 0, imagesPerSecond: 0, peakResidentBytes: 0 },
        attempts: [attempt(start, 0)],
      };
      writeInformation(path, information);
      return new RunDirectory(path, information, lease);
    } catch (error) {
      lease.release();
      throw error;
    }
  }

  /**
   * Opens a run to read it; others may be writing it.
   *
   * @throws BetalabError "run" naming the file and the reason when it is no usable run.
   */
  static open(path: string): RunDirectory {
    return new RunDirectory(path, readInformation(path));
  }

  /**
   * Opens a run to continue it, held for writing; what a killed process left half written is removed. The
   * status stays as it is until `begin` or `update`.
   *
   * @throws BetalabError "run" when it is no usable run or another process writes it.
   */
  static resume(path: string, options?: LeaseOptions): RunDirectory {
    readInformation(path); // A folder that is no run gets no lease.
    const lease = Lease.take(path, options);
    try {
      const run = new RunDirectory(path, readInformation(path), lease);
      removeStaleTemporaries(path);
      // What a link leads to is not the run's.
      for (const entry of readdirSync(path, { withFileTypes: true })) {
        if (subfolders.includes(entry.name) && entry.isDirectory())
          removeStaleTemporaries(join(path, entry.name));
      }
      return run;
    } catch (error) {
      lease.release();
      throw error;
    }
  }

  get information(): RunInformation {
    return this.current;
  }

  /** The status now: a run that says "running" but whose process is gone, or silent, was interrupted. */
  get status(): RunStatus {
    return effectiveStatus(this.path, this.current);
  }

  /** The newest checkpoint that can be used; see {@link Checkpoints.newest}. */
  newestCheckpoint(): NewestCheckpoint | undefined {
    return this.checkpoints.newest(this.current.progress.step);
  }

  /** The path of a file of the run, for instance `run.in("figures", "kl.svg")`. */
  in(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  /** Whether somebody took the run over, as far as the last beat of the lease noticed. */
  get seemsLost(): boolean {
    return this.lease?.seemsLost === true;
  }

  /** @throws BetalabError "run" when somebody took the run over; nothing is written then. */
  refuseIfLost(): void {
    if (this.seemsLost) this.lease!.check();
  }

  /** Says in `run.json` that training goes on from a step, and with what. */
  begin(step: number, change: RunUpdate & Pick<NewRun, "device" | "threads" | "versions">): void {
    const before = (this.current.attempts ?? []).map((one) =>
      one.exit === undefined ? { ...one, exit: "killed" } : one,
    );
    this.current = { ...this.current, attempts: [...before, attempt(change, step)] };
    this.update({ ...change, status: "running" });
  }

  /**
   * Changes `run.json` and its `updatedAt`. A status other than "failed" clears the error.
   *
   * @throws BetalabError "disk"; Error "internal: …" when the run was opened for reading.
   */
  update(change: RunUpdate): void {
    if (this.lease === undefined) throw new Error(`internal: ${this.path} is not open for writing`);
    this.lease.check();
    const updatedAt = new Date().toISOString();
    const { error, ...rest } = { ...this.current, ...change, updatedAt };
    if (change.status !== undefined && change.status !== "running") {
      rest.attempts = rest.attempts?.with(-1, {
        ...rest.attempts.at(-1)!,
        endedAt: updatedAt,
        exit: change.status,
      });
    }
    const next = rest.status === "failed" && error !== undefined ? { ...rest, error } : rest;
    writeInformation(this.path, next);
    this.current = next;
  }

  /** Flushes, closes and lets go; harmless when called again. */
  close(): void {
    try {
      this.metrics.close();
    } finally {
      this.lease?.release();
      this.lease = undefined;
    }
  }
}

/** The status that `information` has by now; see {@link RunDirectory.status}. */
export function effectiveStatus(path: string, information: RunInformation): RunStatus {
  return information.status === "running" && occupant(path) === undefined
    ? "interrupted"
    : information.status;
}

function attempt(
  { device, threads, versions }: Pick<NewRun, "device" | "threads" | "versions">,
  fromStep: number,
): Attempt {
  const startedAt = new Date().toISOString();
  return { startedAt, fromStep, ...surroundings(), pid: process.pid, device, threads, versions };
}
