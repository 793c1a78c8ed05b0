/**
 * `npm run crowd -- [COUNT] [--folder DIR]`: a studio of many runs (default: 1 000), made anew in a temporary folder or in DIR,
 * which then stays. The page's own figures are the browser's; here are the server's.
 */

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median } from "../../src/base/statistics.ts";
import { makeRuns } from "../../test/helpers/many-runs.ts";

const program = fileURLToPath(new URL("../../../bin/betalab.js", import.meta.url));
const { values, positionals } = parseArgs({
  options: { folder: { type: "string" } },
  allowPositionals: true,
});
const count = Number(positionals[0] ?? 1000);
if (!Number.isInteger(count) || count < 1) throw new Error(`${positionals[0]} is no number of runs`);
const folder = values.folder ?? mkdtempSync(join(tmpdir(), "betalab-crowd-"));
makeRuns(folder, count);

const began = performance.now();
const studio = spawn(process.execPath, [program, "studio", folder, "--port", "0", "--no-open", "--json"], {
  stdio: ["ignore", "pipe", "ignore"],
});
try {
  const url = await new Promise<string>((resolve) => {
    studio.stdout.once("data", (line) => resolve((JSON.parse(String(line)) as { url: string }).url));
  });
  const printed = performance.now() - began;
  const timed = async (path: string, headers: Record<string, string> = {}) => {
    const from = performance.now();
    const answer = await fetch(url + path, { headers });
    const { length } = await answer.text();
    return { ms: performance.now() - from, bytes: length, etag: answer.headers.get("etag") ?? "" };
  };
  await timed("api/studio");
  const open = performance.now() - began;
  const worked = processorSeconds(studio.pid!);
  const cold = await timed("api/runs");
  const warm = [];
  for (let i = 0; i < 50; i++) warm.push((await timed("api/runs")).ms);
  const same = [];
  for (let i = 0; i < 50; i++) same.push((await timed("api/runs", { "if-none-match": cold.etag })).ms);
  // What looking again and again costs while a page listens.
  const listening = new AbortController();
  const events = fetch(`${url}api/events`, { signal: listening.signal }).then((answer) => answer.text());
  events.catch(() => {});
  const before = processorSeconds(studio.pid!);
  await wait(10_000);
  const busy = (processorSeconds(studio.pid!) - before) / 10;
  listening.abort();
  const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
  console.log(
    [
      `${count} runs`,
      `address printed after                 ${ms(printed)}`,
      `first answer after                    ${ms(open)}, ${ms(1000 * worked)} of a processor`,
      `table, the first time                 ${ms(cold.ms)}, ${(cold.bytes / 1e6).toFixed(2)} MB`,
      `table, median of 50                   ${ms(median(warm))}`,
      `table, unchanged (304), median of 50  ${ms(median(same))}`,
      `of one core while a page listens      ${(100 * busy).toFixed(1)} %`,
    ].join("\n"),
  );
} finally {
  studio.kill();
  if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
}

/** User and system time of a process so far; Linux alone tells it. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
