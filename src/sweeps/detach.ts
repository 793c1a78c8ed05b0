/** A sweep on this machine that outlives the terminal: a process of its own carries it out. */

import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { makeFolder, writeFileAtomic } from "../base/disk.ts";
import { BetalabError } from "../base/errors.ts";
import { stringifyJson } from "../base/json.ts";
import { occupant } from "../base/lease.ts";
import type { Context } from "../jobs/index.ts";
import { workerFile } from "./executors/worker-process.ts";

/** What the process is told: a file. */
export interface DetachedSweep {
  readonly subject: unknown;
  readonly options: unknown;
  readonly configModule?: string | undefined;
}

/** Starts the process; returns once it holds the sweep. Throws "run" when it ends before. */
export async function detachSweep(
  folder: string,
  subject: unknown,
  options: unknown,
  { environment, configModule }: Pick<Context, "environment" | "configModule">,
): Promise<void> {
  makeFolder(folder);
  const order = join(folder, "detached.json");
  const log = join(folder, "detached.log");
  writeFileAtomic(order, stringifyJson({ subject, options, configModule } satisfies DetachedSweep));
  const output = openSync(log, "a");
  const child = spawn(process.execPath, [workerFile, order], {
    detached: true,
    stdio: ["ignore", output, output],
    env: { ...environment },
  });
  closeSync(output);
  let over = false;
  child.on("exit", () => {
    over = true;
  });
  child.unref();
  while (!over && occupant(folder) === undefined) await wait(50);
  if (over) throw new BetalabError("run", "the process of its own ended at once", `see ${log}`);
}
