/** `doctor`: what this machine and this installation have. */

import { execFile } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { allocatedCores, allocatedMemory } from "../base/processes.ts";
import { version } from "../base/version.ts";
import { checkWritable } from "../base/writable.ts";
import { type Device, devices } from "../runtime/index.ts";
import { engineInformation } from "../runtime/node.ts";
import { dataContext } from "../trained/index.ts";
import { telling, throwIfStopped } from "./events.ts";
import { defineJob } from "./job.ts";

/** Milliseconds for a device to compute a small graph. */
const PATIENCE = 30_000;

const tried = z.object({
  name: z.enum(devices).describe("as `device` takes it"),
  works: z.boolean().describe("a small graph was computed on it"),
  engine: z.string().optional().describe("what computes on it, its package and version"),
  detail: z.string().optional().describe("why it does not work"),
  remedy: z
    .string()
    .optional()
    .describe("which piece is missing, and what brings it; where it works, how it would be faster"),
});

export type Tried = z.output<typeof tried>;

const value = z.object({
  versions: z
    .object({
      betalab: z.string().describe("this package"),
      node: z.string().describe("the running Node"),
    })
    .describe("of the software"),
  node: z
    .object({
      version: z.string().describe("process.version"),
      platform: z.string().describe("operating system"),
      arch: z.string().describe("instruction set"),
    })
    .describe("the running process"),
  cpu: z
    .object({
      model: z.string().describe("as the system calls it"),
      threads: z.int().describe("that this process may use"),
    })
    .describe("the processor"),
  memory: z
    .object({
      total: z.int().describe("that this process may take: the machine's, or a container's limit"),
      free: z.int().describe("unused now"),
    })
    .describe("bytes"),
  devices: z.array(tried).describe("each was tried in a process of its own"),
  engine: z
    .object({
      name: z.enum(["native", "wasm", "wgsl", "onnxruntime-web"]).describe("as `BETALAB_ENGINE` takes it"),
      version: z.string().describe("of its package"),
      description: z.string().describe("in a few words"),
      providers: z
        .array(
          z.object({
            name: z.string().describe("ONNX Runtime's name of a device"),
            bundled: z.boolean().describe("it is part of the package"),
          }),
        )
        .describe("execution providers"),
      note: z.string().optional().describe("how to get the fast engine, where the slow one runs"),
    })
    .describe("what computes on the CPU here"),
  cache: z
    .object({
      path: z.string().describe("the folder"),
      exists: z.boolean().describe("whether it is there"),
      bytes: z.int().describe("size of its files"),
      writable: z.boolean().describe("whether it can be written, or made"),
    })
    .describe("packed data sets"),
  dataDirectory: z.string().optional().describe("BETALAB_DATA"),
});

export type Examination = z.output<typeof value>;

export const doctor = defineJob({
  name: "doctor",
  summary: "show Node, processor, threads, devices, versions and the cache",
  example: "betalab doctor",
  takes: "nothing",
  options: z.strictObject({}),
  value,
  run: ({ environment, signal }) =>
    telling(signal, async (tell) => {
      const { cacheDirectory, dataDirectory } = dataContext({ environment });
      const { providers, ...engine } = engineInformation();
      const found = [];
      for (const [done, name] of devices.entries()) {
        tell.stage({ stage: "trying devices", done, total: devices.length });
        found.push(await tryDevice(name, tell.signal));
      }
      return {
        value: {
          versions: { betalab: version(), node: process.versions.node },
          node: { version: process.version, platform: process.platform, arch: process.arch },
          cpu: { model: cpus()[0]?.model ?? "unknown", threads: allocatedCores() },
          memory: { total: allocatedMemory(), free: process.availableMemory() },
          devices: found,
          engine: { ...engine, providers: [...providers] },
          cache: { path: cacheDirectory, ...sizeOf(cacheDirectory), writable: isWritable(cacheDirectory) },
          dataDirectory,
        },
      };
    }),
});

/** In a process of its own: a driver may print to the terminal, or crash, as soon as it is touched. */
async function tryDevice(name: Device, signal: AbortSignal): Promise<Tried> {
  const probe = new URL("./doctor-probe.js", import.meta.url);
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(probe), name], {
      timeout: PATIENCE,
      signal,
    });
    return { name, ...(JSON.parse(stdout) as Omit<Tried, "name">) };
  } catch (error) {
    throwIfStopped(signal);
    const { signal: killedBy, killed } = error as { signal?: string; killed?: boolean };
    const [first] = String(error).split("\n");
    const crash = killedBy ? `its driver crashed (${killedBy})` : first!;
    return { name, works: false, detail: killed ? `no answer within ${PATIENCE / 1000} s` : crash };
  }
}

function isWritable(folder: string): boolean {
  try {
    checkWritable(folder);
    return true;
  } catch {
    return false;
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
