/** Our side of a row, as a process that answers one line of JSON for each that it is sent, as the peers do. */

import type { Timing } from "../contestant.ts";
import { serve } from "../serve.ts";
import { groups } from "./groups.ts";
import type { Work } from "./task.ts";

interface Request {
  readonly open?: { readonly task: string; readonly folder: string };
  readonly run?: number;
}

let work: Work | undefined;

async function answer({ open, run }: Request): Promise<object> {
  if (open !== undefined) {
    const row = groups.flatMap(({ rows }) => rows).find(({ name }) => name === open.task);
    work = row!.open(open.folder);
    return { version: `Node ${process.version}` };
  }
  return run === undefined ? { value: work!.result() } : time(work!, run);
}

async function time({ run }: Work, least: number): Promise<Timing> {
  const start = performance.now();
  const before = process.cpuUsage();
  let steps = 0;
  let seconds = 0;
  while (steps === 0 || seconds < least) {
    await run();
    steps++;
    seconds = (performance.now() - start) / 1000;
  }
  const { user, system } = process.cpuUsage(before);
  return { steps, seconds, cpuSeconds: (user + system) / 1e6 };
}

await serve<Request>(answer);
