/** The logs of a run. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { LogText, RunRow } from "./protocol.ts";
import { endOf, type Queue } from "./queue.ts";
import type { RunsIndex } from "./runs-index.ts";

/** What its sweep's worker said of it, and the studio's own jobs. */
export function runLogs(row: RunRow, root: string, queue: Queue, index: RunsIndex): LogText[] {
  const own = queue.ids().filter((id) => queue.order(id).about.includes(row.id));
  const logs = own.reverse().map((id) => queue.log(id));
  if (row.sweep === undefined) return logs;
  const file = join(root, ...row.sweep.split("/"), "logs", `${index.nameInSweep(row)}.log`);
  return existsSync(file) ? [endOf(file, "sweep"), ...logs] : logs;
}
