/**
 * `npm run bench -- --workers`: the wall time of one sweep of 24 short runs, from the command to the last file, on 1, 2, 4 and 8
 * worker processes of one thread.
 */

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildCommand, repository } from "./command.ts";
import type { Machine } from "./machine.ts";
import { describe, table } from "./report.ts";
import type { Surroundings } from "./training.ts";

const WORKERS = [1, 2, 4, 8] as const;

/** The digits' MLP for five epochs, twelve β by two seeds. */
const sweep = {
  config: "demo",
  set: { threads: 1, "training.epochs": 5 },
  grid: { "objective.beta": Array.from({ length: 12 }, (_, i) => 0.5 + i / 2) },
  seeds: [0, 1],
};
const RUNS = 24;

interface WorkersRow {
  readonly workers: number;
  readonly seconds: number;
}

export interface WorkersReport {
  readonly machine: Machine;
  readonly command: string;
  readonly date: string;
  readonly rows: readonly WorkersRow[];
}

export function measureWorkers({ folder, progress }: Surroundings): Pick<WorkersReport, "rows"> {
  progress("building");
  buildCommand();
  const file = join(folder, "sweep.json");
  writeFileSync(file, JSON.stringify(sweep));
  const rows = WORKERS.map((workers) => {
    progress(`${RUNS} runs, ${workers} at a time`);
    const out = join(folder, `workers-${workers}`);
    const began = performance.now();
    const words = ["sweep", file, "--out", out, "--jobs", String(workers), "--json"];
    const done = spawnSync(process.execPath, [join(repository, "bin/betalab.js"), ...words], {
      encoding: "utf8",
    });
    const seconds = (performance.now() - began) / 1000;
    if (done.status !== 0) throw new Error(`the sweep ended with status ${done.status}\n${done.stderr}`);
    return { workers, seconds };
  });
  return { rows };
}

export function formatWorkers({ machine, command, date, rows }: WorkersReport): string {
  const alone = rows[0]!.seconds;
  const body = rows.map(({ workers, seconds }) => [
    String(workers),
    `${seconds.toFixed(1)} s`,
    `${(alone / seconds).toFixed(2)}×`,
    String(Math.round((3600 * RUNS) / seconds)),
  ]);
  return [
    `${date}   ${command}`,
    describe(machine),
    "",
    ...table([["workers", "wall time", "of one worker's speed", "runs per hour"], ...body]),
  ].join("\n");
}
