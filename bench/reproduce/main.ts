/**
 * `npm run reproduce -- --row NAME`: trains what a claim speaks of and says what came out. The trainings are sweeps of the
 * command line; the same line again goes on where it stopped, and finished rows only answer again.
 */

import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { suggest } from "../../src/base/errors.ts";
import { MetricsFile, readEvaluation, readMetrics } from "../../src/runs/index.ts";
import type { Needs, Reproduced, Row } from "./row.ts";
import { rows } from "./rows.ts";

const USAGE = `npm run reproduce -- --row NAME [--row NAME …] [options]

  --row NAME        one of the rows below; may be given again
  --data DIR        MNIST (default: BETALAB_DATA, or what betalab data fetch left in the cache)
  --dsprites FILE   the dSprites file, or a grid cut out of it
  --out DIR         where the rows' folders are made (default: runs/reproduce)
  --jobs N          runs at a time (default: a core each)

Rows, with their processor minutes on one core:
${rows.map(({ name, minutes, claim }) => `  ${name.padEnd(22)}${String(minutes).padStart(5)}  ${claim}`).join("\n")}`;

const { values } = parseArgs({
  options: {
    row: { type: "string", multiple: true, default: [] },
    data: { type: "string" },
    dsprites: { type: "string" },
    out: { type: "string", default: "runs/reproduce" },
    jobs: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});

const wanted = values.row.map(rowNamed);
if (values.help || wanted.length === 0) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}

let failed = false;
for (const row of wanted) {
  const { figures, holds } = row.answer(train(row));
  failed ||= !holds;
  console.log(`${row.name}: ${row.claim}\n  reference: ${row.reference}\n  ours:      ${figures}`);
  console.log(`  the claim ${holds ? "holds" : "does not hold"}\n`);
}
process.exit(failed ? 1 : 0);

function rowNamed(name: string): Row {
  const row = rows.find((one) => one.name === name);
  if (row !== undefined) return row;
  const known = rows.map((one) => one.name);
  console.error(`--row ${name}: there is no such row; ${suggest(name, known)}`);
  process.exit(2);
}

/** Runs the row's sweep through the command line, as a reader of the table would. */
function train(row: Row): Reproduced[] {
  mkdirSync(values.out, { recursive: true });
  const file = join(values.out, `${row.name}.json`);
  writeFileSync(file, `${JSON.stringify(row.sweep, null, 2)}\n`);
  const words = ["sweep", file, "--out", join(values.out, row.name), ...place(row.data), "--json"];
  if (values.jobs !== undefined) words.push("--jobs", values.jobs);
  const done = spawnSync(process.execPath, ["bin/betalab.js", ...words], {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  if (done.status !== 0) {
    console.error(`betalab ${words.join(" ")}: ended with status ${done.status}\n${done.stdout}`);
    process.exit(done.status ?? 1);
  }
  const swept = JSON.parse(done.stdout) as { runs: { path: string; settings: Record<string, unknown> }[] };
  return swept.runs.map(({ path, settings }) => read(path, settings));
}

function place(needs: Needs): string[] {
  const given = needs === "mnist" ? values.data : needs === "dsprites" ? values.dsprites : undefined;
  return given === undefined ? [] : ["--data", given];
}

function read(path: string, settings: Readonly<Record<string, unknown>>): Reproduced {
  const records = new MetricsFile(join(path, "metrics.jsonl")).read();
  const heldOut = records.filter(({ split }) => split === "heldOut");
  const last = heldOut.at(-1);
  if (last === undefined) throw new Error(`${path} has no epoch with held-out images`);
  return {
    settings,
    epochs: heldOut.length,
    steps: last.step,
    negativeElbo: last.negativeElbo as number,
    reconstruction: last.reconstruction as number,
    kl: last.kl as number,
    klPerDimension: last.klPerDimension as number[],
    klByEpoch: heldOut.map(({ kl }) => kl as number),
    evaluation: readEvaluation(path),
    metrics: readMetrics(path),
  };
}
