/** What this machine and this installation have. */

import { execFile } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Device, devices, type EngineInformation } from "../runtime/index.ts";
import { engineInformation } from "../runtime/node.ts";
import { dataContext, type Place, versions } from "../trained/index.ts";

export interface Examination {
  readonly versions: ReturnType<typeof versions>;
  readonly node: { readonly version: string; readonly platform: string; readonly arch: string };
  readonly cpu: { readonly model: string; readonly threads: number };
  /** Bytes. */
  readonly memory: { readonly total: number; readonly free: number };
  readonly devices: readonly { readonly name: Device; readonly works: boolean; readonly detail?: string }[];
  readonly engine: EngineInformation;
  readonly cache: { readonly path: string; readonly exists: boolean; readonly bytes: number };
  readonly dataDirectory?: string | undefined;
}

/** Looks at everything; tries each device on a one-node graph. */
export async function examine(place: Place = {}): Promise<Examination> {
  const context = dataContext(place);
  const tried = [];
  for (const name of devices) tried.push(await tryDevice(name));
  return {
    versions: versions(),
    node: { version: process.version, platform: process.platform, arch: process.arch },
    cpu: { model: cpus()[0]?.model ?? "unknown", threads: availableParallelism() },
    memory: { total: totalmem(), free: freemem() },
    devices: tried,
    engine: engineInformation(),
    cache: { path: context.cacheDirectory, ...sizeOf(context.cacheDirectory) },
    dataDirectory: context.dataDirectory,
  };
}

/** In a process of its own: a driver may print to the terminal, or crash, as soon as it is touched. */
async function tryDevice(name: Device): Promise<Examination["devices"][number]> {
  const probe = new URL("./doctor-probe.js", import.meta.url);
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(probe), name], {
      timeout: 30_000,
    });
    const problem = stdout.trim();
    return problem === "" ? { name, works: true } : { name, works: false, detail: problem };
  } catch (error) {
    const { signal } = error as { signal?: string };
    return {
      name,
      works: false,
      detail: signal ? `its driver crashed (${signal})` : String(error).split("\n")[0]!,
    };
  }
}

function sizeOf(folder: string): { exists: boolean; bytes: number } {
  let bytes = 0;
  try {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).size;
    }
  } catch {
    return { exists: false, bytes };
  }
  return { exists: true, bytes };
}
