/**
 * The checkpoints of a run: `step-N.safetensors`, each whole by itself. What the tensors are (weights, optimiser
 * state, controllers) is the trainer's business; this module keeps the newest few and finds one to resume from.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, removeFile, syncFolder, writeFileAtomic } from "../base/disk.ts";
import { BetalabError } from "../base/errors.ts";
import { decodeSafetensors, encodeSafetensors, type TensorRecord } from "../base/safetensors.ts";

export interface Checkpoint {
  /** Training steps done: a non-negative integer. */
  readonly step: number;
  readonly tensors: Readonly<Record<string, TensorRecord>>;
  /** Anything else, as text. The key "step" is the module's own. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A checkpoint to resume from, and why newer ones can't be used: one sentence each, naming the file and this one's step. */
export interface NewestCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly path: string;
  readonly problems: readonly string[];
}

export interface CheckpointFile {
  readonly step: number;
  readonly path: string;
}

/** Not one of the numbered ones: nothing resumes from it, and nothing deletes it. */
const BEST = "best.safetensors";
const fileName = /^step-(\d{8,})\.safetensors$/;

export class Checkpoints {
  readonly folder: string;
  readonly keep: number;

  /** @param keep how many of the newest stay when one is written; at least 1. */
  constructor(folder: string, keep = 2) {
    if (!Number.isInteger(keep) || keep < 1) throw new Error(`internal: can't keep ${keep} checkpoints`);
    this.folder = folder;
    this.keep = keep;
  }

  get bestPath(): string {
    return join(this.folder, BEST);
  }

  /**
   * Writes a checkpoint; once it is durable, older ones beyond the newest `keep` are deleted. Returns its path.
   *
   * @throws BetalabError "disk"; the checkpoints that were there are untouched.
   */
  write(checkpoint: Checkpoint): string {
    const path = this.#write(this.pathOf(checkpoint.step), checkpoint);
    this.prune(checkpoint.step);
    return path;
  }

  /** Writes the weights of the best epoch so far in place of those of the one before. Throws "disk". */
  writeBest(checkpoint: Checkpoint): string {
    return this.#write(this.bestPath, checkpoint);
  }

  /** The weights of the best epoch so far; `undefined` when none were written. Throws "data" when the file is broken. */
  best(): { readonly checkpoint: Checkpoint; readonly path: string } | undefined {
    const path = this.bestPath;
    return existsSync(path) ? { checkpoint: readCheckpoint(path), path } : undefined;
  }

  pathOf(step: number): string {
    return join(this.folder, `step-${String(step).padStart(8, "0")}.safetensors`);
  }

  #write(path: string, { step, tensors, metadata }: Checkpoint): string {
    const bytes = encodeSafetensors(tensors, { ...metadata, step: String(step) });
    makeFolder(this.folder);
    writeFileAtomic(path, bytes);
    return path;
  }

  /** Ascending by step; none when the folder isn't there. */
  list(): CheckpointFile[] {
    let names: string[];
    try {
      names = readdirSync(this.folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      const why = (error as Error).message;
      throw new BetalabError("run", `can't read ${this.folder}: ${why}`, undefined, { cause: error });
    }
    return names
      .flatMap((name) => {
        const digits = fileName.exec(name)?.[1];
        return digits === undefined ? [] : [{ step: Number(digits), path: join(this.folder, name) }];
      })
      .sort((a, b) => a.step - b.step);
  }

  /**
   * @throws BetalabError "run" when there is none at `step` or it belongs to another step; "data" when the file
   * is broken.
   */
  read(step: number): Checkpoint {
    const found = this.list().find((file) => file.step === step);
    if (found !== undefined) return readCheckpoint(found.path, step);
    const steps = this.list().map((file) => file.step);
    const hint = steps.length === 0 ? "it has none yet" : `it has those at ${steps.join(", ")}`;
    throw new BetalabError("run", `${this.folder} has no checkpoint at step ${step}`, hint);
  }

  /**
   * The newest checkpoint that is whole; `undefined` when none was written. Writing is atomic, so a broken one
   * means a broken disk: it is reported in `problems`, and the one before is used.
   *
   * @param written the step of the last one that was written: one that is gone is reported too
   * @throws BetalabError "run" when there were checkpoints but none can be used.
   */
  newest(written = 0): NewestCheckpoint | undefined {
    const files = this.list().reverse();
    const problems: string[] = [];
    if (written > 0 && !files.some(({ step }) => step >= written)) {
      problems.push(`${this.pathOf(written)} is gone`);
    }
    for (const { step, path } of files) {
      try {
        const checkpoint = readCheckpoint(path, step);
        const instead = `; the checkpoint at step ${step} is used instead`;
        return { checkpoint, path, problems: problems.map((problem) => problem + instead) };
      } catch (error) {
        if (!(error instanceof BetalabError)) throw error;
        problems.push(error.message);
      }
    }
    if (problems.length === 0) return undefined;
    throw new BetalabError("run", `no checkpoint in ${this.folder} can be used: ${problems.join("; ")}`);
  }

  /** Deletes the oldest; never one that is newer than what was just written. */
  private prune(writtenStep: number): void {
    const older = this.list().filter((file) => file.step <= writtenStep);
    const superfluous = older.slice(0, -this.keep);
    for (const { path } of superfluous) removeFile(path);
    if (superfluous.length > 0) syncFolder(this.folder);
  }
}

/** @param step what it must be of, where that is known */
function readCheckpoint(path: string, step?: number): Checkpoint {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const why = (error as Error).message;
    throw new BetalabError("run", `can't read ${path}: ${why}`, undefined, { cause: error });
  }
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  const { step: inner, ...rest } = metadata;
  if (inner === undefined || !/^\d+$/.test(inner)) {
    throw new BetalabError("run", `${path} names no step: it is not a checkpoint`);
  }
  if (step !== undefined && Number(inner) !== step) {
    throw new BetalabError("run", `${path} is that of step ${inner}`);
  }
  return { step: Number(inner), tensors, metadata: rest };
}
