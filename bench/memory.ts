/**
 * `npm run bench -- --memory`: the largest resident size of whole `betalab train` processes: one epoch of
 * `mnist-mlp-50`, and a folder of pictures from packing to the first checkpoint.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { BetalabError } from "../src/base/errors.ts";
import { buildCommand, repository } from "./command.ts";
import type { Machine } from "./machine.ts";
import type { BenchOptions } from "./options.ts";
import { describe, table } from "./report.ts";
import { atExit } from "./scratch.ts";
import { writePhotographs } from "./tasks/photographs.ts";
import type { Surroundings } from "./training.ts";

const MEGABYTE = 1e6;
const SIZE = 64;

interface MemoryRow {
  readonly title: string;
  /** Largest resident size of the whole process, and what it may be. */
  readonly peakBytes: number;
  readonly limitBytes: number;
  /** What `run.json` says, written a little before the end. */
  readonly recordedBytes: number;
  /** From starting the command to the run directory, data ready. */
  readonly preparationSeconds: number;
  readonly steps: number;
}

export interface MemoryReport {
  readonly machine: Machine;
  readonly command: string;
  readonly date: string;
  readonly rows: readonly MemoryRow[];
}

export async function measureMemory(
  { data, pictures: count }: BenchOptions,
  { folder, progress }: Surroundings,
): Promise<Pick<MemoryReport, "rows">> {
  progress("building");
  buildCommand();
  const rows: MemoryRow[] = [];
  progress("mnist-mlp-50: an epoch");
  const place = data === undefined ? [] : ["--data", data];
  const mnist = await measureTraining(join(folder, "mnist"), ["mnist-mlp-50", "--epochs", "1", ...place]);
  rows.push({ title: "mnist-mlp-50, one epoch", limitBytes: 500 * MEGABYTE, ...mnist });

  const pictures = join(folder, "pictures");
  await writePhotographs(pictures, count, SIZE, (done) => progress(`writing pictures: ${done} of ${count}`));
  for (const [name, when] of [
    ["packing", "packed first"],
    ["packed", "packed before"],
  ] as const) {
    const title = `folder of ${count} pictures, ${when}`;
    progress(`${title}: until the log's first line`);
    const measured = await measureTraining(join(folder, name), ["folder", "--data", pictures], {
      short: true,
      cache: join(folder, "cache"),
    });
    rows.push({ title, limitBytes: 1500 * MEGABYTE, ...measured });
  }
  return { rows };
}

type Measured = Omit<MemoryRow, "title" | "limitBytes">;

/** Trains into `out`; stopped, as by Ctrl-C, at the log's first line if it is to be short. */
async function measureTraining(
  out: string,
  args: readonly string[],
  { short = false, cache }: { readonly short?: boolean; readonly cache?: string } = {},
): Promise<Measured> {
  const peak = `${out}.peak`;
  const probe = new URL("memory-probe.js", import.meta.url).href;
  const start = performance.now();
  const child = spawn(
    process.execPath,
    ["--import", probe, join(repository, "bin/betalab.js"), "train", ...args, "--out", out],
    {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, BETALAB_BENCH_PEAK: peak, ...(cache && { BETALAB_CACHE: cache }) },
    },
  );
  const forget = atExit(() => child.kill("SIGKILL"));
  let errors = "";
  child.stderr.on("data", (text: Buffer) => {
    errors = (errors + text.toString()).slice(-2000);
  });
  let preparationSeconds = 0;
  let stopped = false;
  const watch = setInterval(() => {
    if (preparationSeconds === 0 && existsSync(join(out, "run.json")))
      preparationSeconds = (performance.now() - start) / 1000;
    const logged = statSync(join(out, "metrics.jsonl"), { throwIfNoEntry: false })?.size ?? 0;
    // Once: the second signal would end it without a checkpoint.
    if (short && logged > 0 && !stopped) stopped = child.kill("SIGINT");
  }, 50);
  const [status] = (await once(child, "exit")) as [number | null];
  clearInterval(watch);
  forget();
  if (status !== (short ? 130 : 0))
    throw new BetalabError("run", `betalab train ${args.join(" ")} ended with ${status}`, errors);
  const record = JSON.parse(readFileSync(join(out, "run.json"), "utf8")) as {
    readonly progress: { readonly step: number };
    readonly timings: { readonly peakResidentBytes: number };
  };
  return {
    peakBytes: Number(readFileSync(peak, "utf8")),
    recordedBytes: record.timings.peakResidentBytes,
    preparationSeconds,
    steps: record.progress.step,
  };
}

export function formatMemory({ machine, command, date, rows }: MemoryReport): string {
  const megabytes = (bytes: number) => `${(bytes / MEGABYTE).toFixed(0)} MB`;
  return [
    `${date}   ${command}`,
    describe(machine),
    "",
    ...table([
      ["training", "largest resident size", "wanted below", "in run.json", "until ready", "steps"],
      ...rows.map(({ title, peakBytes, limitBytes, recordedBytes, preparationSeconds, steps }) => [
        title,
        megabytes(peakBytes),
        megabytes(limitBytes),
        megabytes(recordedBytes),
        `${preparationSeconds.toFixed(1)} s`,
        String(steps),
      ]),
    ]),
  ].join("\n");
}
