/** `doctor`: what this machine and this installation have. */

import { execFile } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { type Device, devices } from "../runtime/index.ts";
import { engineInformation } from "../runtime/node.ts";
import { dataContext, versions } from "../trained/index.ts";
import { telling, throwIfStopped } from "./events.ts";
import { defineJob } from "./job.ts";

const tried = z.object({
  name: z.enum(devices),
  works: z.boolean(),
  detail: z.string().optional().describe("why it does not work"),
  remedy: z.string().optional().describe("which piece is missing, and what brings it"),
});

const value = z.object({
  versions: z.object({ betalab: z.string(), node: z.string(), onnxruntime: z.string() }),
  node: z.object({ version: z.string(), platform: z.string(), arch: z.string() }),
  cpu: z.object({ model: z.string(), threads: z.int().describe("that this process may use") }),
  memory: z.object({ total: z.int(), free: z.int() }).describe("bytes"),
  devices: z.array(tried),
  engine: z
    .object({
      name: z.enum(["native", "wasm", "onnxruntime-web"]),
      version: z.string(),
      description: z.string(),
      providers: z.array(z.object({ name: z.string(), bundled: z.boolean() })),
      note: z.string().optional().describe("how to get the fast engine, where the slow one runs"),
    })
    .describe("the ONNX Runtime that computes here"),
  cache: z.object({ path: z.string(), exists: z.boolean(), bytes: z.int() }),
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
      const found = [];
      for (const [done, name] of devices.entries()) {
        tell.stage({ stage: "trying devices", done, total: devices.length });
        found.push(await tryDevice(name, tell.signal));
      }
      return {
        value: {
          versions: versions(),
          node: { version: process.version, platform: process.platform, arch: process.arch },
          cpu: { model: cpus()[0]?.model ?? "unknown", threads: availableParallelism() },
          memory: { total: totalmem(), free: freemem() },
          devices: found,
          engine: engineOf(),
          cache: { path: cacheDirectory, ...sizeOf(cacheDirectory) },
          dataDirectory,
        },
      };
    }),
});

function engineOf(): Examination["engine"] {
  const { providers, ...engine } = engineInformation();
  return { ...engine, providers: [...providers] };
}

/** In a process of its own: a driver may print to the terminal, or crash, as soon as it is touched. */
async function tryDevice(name: Device, signal: AbortSignal): Promise<z.output<typeof tried>> {
  const probe = new URL("./doctor-probe.js", import.meta.url);
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(probe), name], {
      timeout: 30_000,
      signal,
    });
    const [detail, remedy] = stdout.trim().split("\n");
    return detail ? { name, works: false, detail, remedy } : { name, works: true };
  } catch (error) {
    throwIfStopped(signal);
    const { signal: killedBy } = error as { signal?: string };
    return {
      name,
      works: false,
      detail: killedBy ? `its driver crashed (${killedBy})` : String(error).split("\n")[0]!,
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
