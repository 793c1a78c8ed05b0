/**
 * Files that are whole or absent: written under a temporary name in the same folder, flushed, renamed, and the
 * folder flushed. Whatever kills the process or the machine, a reader meets the old file or the new one. For Node
 * only: no pure room may reach this file.
 *
 * Everything here is synchronous. Files of a run are small (a checkpoint is some megabytes), two writes never
 * interleave, and a second Ctrl-C can't find one half done in the event loop.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { crc32Text } from "./checksum.ts";
import { BetalabError } from "./errors.ts";
import { machineId, processExists } from "./processes.ts";

/** The process' number, four digits of its machine, and eight that are drawn. */
const temporaryName = /^\..+\.(\d+)\.([0-9a-f]{4})[0-9a-f]{8}\.tmp$/;
const machine = crc32Text(new TextEncoder().encode(machineId() ?? hostname())).slice(0, 4);

/** A temporary this old belongs to nobody, even if a process with its number exists. */
const STALE_AFTER_MILLISECONDS = 60 * 60 * 1000;

/** A name in the folder of `path` that no other process and no other call uses. */
export function temporaryPath(path: string): string {
  const unique = `${process.pid}.${machine}${randomBytes(4).toString("hex")}`;
  return join(dirname(path), `.${basename(path)}.${unique}.tmp`);
}

/**
 * A file that is written piece by piece and becomes visible whole. Every method throws "disk" naming the file and
 * the bytes it needs so far; call `abort` in a `finally`.
 */
export class AtomicFile {
  readonly path: string;
  readonly #temporary: string;
  #file: number | undefined;
  #bytes = 0;

  /**
   * Replaces or creates `path` on `commit`; until then what was there is untouched. What killed processes left in its
   * folder is removed. Throws where a device is there.
   */
  constructor(path: string) {
    this.path = path;
    this.#temporary = temporaryPath(path);
    removeStaleTemporaries(dirname(path), true);
    this.#guard(() => {
      if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
        throw Object.assign(new Error("it is not a file"), { code: "ENOTFILE" });
      }
      this.#file = openSync(this.#temporary, "wx");
    });
  }

  write(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    this.#guard(() => writeAll(this.#file!, bytes));
  }

  /** On return the file is visible and durable. */
  commit(): void {
    this.#guard(() => {
      fsyncSync(this.#file!);
      this.#close();
      checkGuards(this.path);
      try {
        renameSync(this.#temporary, this.path);
      } catch (error) {
        checkGuards(this.path); // Who takes a folder over removes the temporary files of the one before.
        throw error;
      }
      syncFolder(dirname(this.path));
    });
  }

  /** Removes what was written; does nothing after `commit`. */
  abort(): void {
    this.#close();
    discard(this.#temporary);
  }

  #close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #guard(work: () => void): void {
    onDisk(this.path, work, this.#bytes);
  }
}

/** By folder: asked before anything below it becomes visible. */
const guards = new Map<string, () => void>();

/** `check` is asked before any file below `folder` becomes visible, and throws where it must not. Returns what ends that. */
export function guardFolder(folder: string, check: () => void): () => void {
  const at = resolve(folder);
  guards.set(at, check);
  return () => void (guards.get(at) === check && guards.delete(at));
}

/** Called after a file below a guarded folder was opened or made, and before it is written or renamed. */
export function checkGuards(path: string): void {
  if (guards.size === 0) return;
  for (let at = resolve(path); at !== dirname(at); at = dirname(at)) guards.get(at)?.();
}

/**
 * Replaces or creates the file `path`; on return it is durable.
 *
 * @throws BetalabError "disk" naming the file and the bytes it needs; the temporary is gone and what was there
 * before is untouched.
 */
export function writeFileAtomic(path: string, content: Uint8Array | string): void {
  const file = new AtomicFile(path);
  try {
    file.write(typeof content === "string" ? new TextEncoder().encode(content) : content);
    file.commit();
  } finally {
    file.abort();
  }
}

/** Removes a temporary file. One that can't be removed is left to whoever writes into its folder next; what failed before it is told. */
export function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // A disk that has become read-only.
  }
}

/**
 * Removes a file, where there is one.
 *
 * @throws BetalabError "disk"
 */
export function removeFile(path: string): void {
  onDisk(path, () => rmSync(path, { force: true }), 0, "remove");
}

/**
 * Makes a folder and those above it.
 *
 * @throws BetalabError "disk"
 */
export function makeFolder(path: string): void {
  onDisk(path, () => {
    // One after the other: Node's `recursive` says "no such folder" of a read-only disk, and tries for ever below /proc.
    for (;;) {
      const { there, missing } = nearestThere(path);
      if (there === missing && statSync(there).isDirectory()) return;
      try {
        mkdirSync(missing);
      } catch (error) {
        // Another process may have made it meanwhile.
        if (statSync(missing, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
      }
    }
  });
}

/** The nearest of the folders above `path`, or itself, that is there; and the first below that is not: without its drive, the drive. */
export function nearestThere(path: string): { there: string; missing: string } {
  let missing = resolve(path);
  if (existsSync(missing)) return { there: missing, missing };
  while (dirname(missing) !== missing && !existsSync(dirname(missing))) missing = dirname(missing);
  return { there: dirname(missing), missing };
}

/** Writes all of `bytes` at the file's position; `writeSync` alone may stop short when the disk fills. */
export function writeAll(file: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(file, bytes, written);
}

/** Makes a rename or a new name in `folder` durable. Windows can't flush a folder and doesn't need to. */
export function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/**
 * The temporaries in `folder` that a killed process left, by name; of a process of another machine, only its file's age
 * tells. Where this process is the one writer of the folder (`shared` false), one of another machine, or with our own
 * process number, can't be in use: that is of an earlier process that had the same number (in a container it is often 1).
 */
export function staleTemporaries(folder: string, shared = false): string[] {
  return readdirSync(folder).filter((name) => {
    const [, number, where] = temporaryName.exec(name) ?? [];
    if (number === undefined) return false;
    const owner = Number(number);
    const isHere = where === machine;
    const couldBe = shared || (isHere && owner !== process.pid);
    return !(couldBe && (!isHere || processExists(owner)) && !isOld(join(folder, name)));
  });
}

/** The temporaries of the process with that number in `folder` and below, by name from there. */
export function temporariesOf(folder: string, pid: number): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) => temporaryName.exec(basename(name))?.[1] === String(pid),
  );
}

/** Removes them, as far as the system lets it. */
export function removeStaleTemporaries(folder: string, shared = false): void {
  try {
    for (const name of staleTemporaries(folder, shared)) rmSync(join(folder, name), { force: true });
  } catch {
    // Somebody else's, in a folder that all may write to: no reason not to write our own.
  }
}

/** Whether `name` is that of a temporary file: never part of a run's content. */
export const isTemporary = (name: string): boolean => temporaryName.test(name);

function isOld(path: string): boolean {
  const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return modified === undefined || Date.now() - modified > STALE_AFTER_MILLISECONDS;
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "your disk quota is used up",
  EROFS: "the file system is read-only",
  EACCES: "permission denied",
  EPERM: "the operation is not permitted",
  ENOENT: "its folder is not there",
  ENOTDIR: "part of its path is a file, not a folder",
  EEXIST: "there is a file of that name",
  EIO: "the disk reports an error",
};

/** What `work` on `path` comes to; the system's error as `diskError` tells it. */
export function onDisk<T>(
  path: string,
  work: () => T,
  bytesNeeded = 0,
  what: "write" | "remove" = "write",
): T {
  try {
    return work();
  } catch (error) {
    throw diskError(error, path, bytesNeeded, what);
  }
}

/**
 * The system's error on writing or removing `path` as a BetalabError "disk" that says why, what was needed and what is free;
 * any other error comes back as it is.
 */
export function diskError(
  error: unknown,
  path: string,
  bytesNeeded = 0,
  what: "write" | "remove" = "write",
): unknown {
  if (!(error instanceof Error) || error instanceof BetalabError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const full = code === "ENOSPC" || code === "EDQUOT";
  const needed = full ? ` (${bytesNeeded} bytes needed${freeSpace(dirname(path))})` : "";
  return new BetalabError(
    "disk",
    `can't ${what} ${path}: ${reasons[code] ?? error.message}${needed}`,
    full ? "free some space or choose another folder, then run it again" : "choose a folder that is writable",
    { cause: error },
  );
}

function freeSpace(folder: string): string {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return `, ${bavail * bsize} free`;
  } catch {
    return "";
  }
}
