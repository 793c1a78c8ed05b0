/**
 * The `lock` file of a run: at most one process trains it. The file names the process and its machine, so a lock
 * that a killed process left is recognised and taken over. It is advice among betalab processes, no protection
 * against anything else.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { diskError, temporaryPath } from "../base/disk.ts";
import { BetalabError } from "../base/errors.ts";
import { processExists, processStart } from "../base/processes.ts";

export const LOCK_NAME = "lock";

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Tells the process from a later one with the same number; absent where the system can't. */
  readonly started?: string;
}

/**
 * Locks the run in `folder` and returns the function that unlocks it.
 *
 * @throws BetalabError "run" when a living process, or one on another machine, holds it.
 */
export function acquireLock(folder: string): () => void {
  const path = join(folder, LOCK_NAME);
  const content = JSON.stringify(ourselves());
  // A second and third attempt are for locks that vanish, or are taken over, between two looks.
  for (let attempt = 0; attempt < 3; attempt++) {
    if (tryCreate(path, content)) return () => release(path, content);
    const found = read(path);
    if (found === undefined) continue;
    const holder = parse(found);
    if (holder !== undefined && isAlive(holder)) throw inUse(folder, path, holder);
    removeIfStill(path, found);
  }
  throw new BetalabError("run", `${folder} is being opened by another process`, "try again");
}

/** Whether a living process (or one on another machine, which can't be asked) holds the run in `folder`. */
export function isLocked(folder: string): boolean {
  const found = read(join(folder, LOCK_NAME));
  const holder = found === undefined ? undefined : parse(found);
  return holder !== undefined && isAlive(holder);
}

function ourselves(): Holder {
  const started = processStart(process.pid);
  return { pid: process.pid, host: hostname(), ...(started === undefined ? {} : { started }) };
}

function isAlive(holder: Holder): boolean {
  if (holder.host !== hostname()) return true;
  if (!processExists(holder.pid)) return false;
  const started = processStart(holder.pid);
  return started === undefined || holder.started === undefined || started === holder.started;
}

/** Creates the lock with its content in one step, so that nobody ever reads an empty one. */
function tryCreate(path: string, content: string): boolean {
  const temporary = temporaryPath(path);
  try {
    writeFileSync(temporary, content, { flag: "wx" });
    try {
      linkSync(temporary, path);
    } catch (error) {
      if (isCode(error, "EEXIST")) return false;
      if (isCode(error, "ENOENT")) throw error;
      // A file system without hard links (FAT, some network drives).
      writeFileSync(path, content, { flag: "wx" });
    }
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw diskError(error, path, content.length);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Removes the stale lock unless another process has replaced it since it was read. */
function removeIfStill(path: string, stale: string): void {
  const aside = temporaryPath(path);
  try {
    renameSync(path, aside);
    if (readFileSync(aside, "utf8") !== stale) linkSync(aside, path);
  } catch (error) {
    if (!isCode(error, "ENOENT") && !isCode(error, "EEXIST")) throw diskError(error, path, 0);
  } finally {
    rmSync(aside, { force: true });
  }
}

function release(path: string, content: string): void {
  if (read(path) === content) rmSync(path, { force: true });
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw new BetalabError("run", `can't read ${path}: ${(error as Error).message}`, undefined, {
      cause: error,
    });
  }
}

/** `undefined` for a lock that a crash left empty or broken: nobody holds it. */
function parse(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const { pid, host, started } = value as Record<string, unknown>;
    if (!Number.isSafeInteger(pid) || (pid as number) <= 0 || typeof host !== "string") return undefined;
    return { pid: pid as number, host, ...(typeof started === "string" ? { started } : {}) };
  } catch {
    return undefined;
  }
}

function inUse(folder: string, path: string, holder: Holder): BetalabError {
  const here = holder.host === hostname();
  return new BetalabError(
    "run",
    `${folder} is in use by process ${holder.pid}${here ? "" : ` on ${holder.host}`}`,
    here ? "wait for it or stop it first" : `if that process is gone, delete ${path}`,
  );
}

const isCode = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException).code === code;
