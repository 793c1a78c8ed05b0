/** Our side of a row, as a process that answers one line of JSON for each that it is sent, as the peers do. */

import { timed } from "../contestant.ts";
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
  if (run === undefined) return { value: work!.result() };
  return timed(run, async () => {
    await work!.run();
    return 1;
  });
}

await serve<Request>(answer);
