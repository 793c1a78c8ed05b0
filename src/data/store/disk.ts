/** Failures of writing, as `disk` errors that name the file; and writing that finishes what it began. */

import { writeSync } from "node:fs";
import { BetalabError } from "../../base/errors.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EACCES: "no permission to write there",
  EPERM: "no permission to write there",
  ENOTDIR: "a part of the path is a file, not a folder",
  ENOENT: "the folder does not exist",
};

/** `error` as a `disk` error naming `path`; a `BetalabError` passes unchanged, and so does a slip of ours. */
export function diskError(
  error: unknown,
  path: string,
  hint = "free some space, or name another place for the cache in BETALAB_CACHE",
): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (error instanceof BetalabError || code === undefined) return error;
  return new BetalabError(
    "disk",
    `${path}: can't be written, ${reasons[code] ?? (error as Error).message}`,
    hint,
    { cause: error },
  );
}

/** Writes all of `bytes` at the file's position; one `write` may take only a part of them. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}
