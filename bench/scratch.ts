/**
 * What a benchmark must not leave behind: its temporary folder and the processes that it started. Both go however
 * it ends, by Ctrl-C and SIGTERM too.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";

const cleanups = new Set<() => void>();
let installed = false;

/** Calls `cleanup` when this process ends by itself or by a signal, unless the returned function is called before. */
export function atExit(cleanup: () => void): () => void {
  if (!installed) install();
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

function install(): void {
  installed = true;
  process.on("exit", () => {
    for (const cleanup of cleanups) cleanup();
  });
  // Not SIGHUP: a handler would undo `nohup`.
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // `exit` runs the handler above; the status is the one that a shell gives to a process ended by this signal.
    process.on(signal, () => process.exit(128 + constants.signals[signal]));
  }
}

/** A temporary folder for this process, removed when it ends. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "betalab-bench-"));
  atExit(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
