/** The logs of a run. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { LogText, RunRow } from "./protocol.ts";
import { endOf, type Queue } from "./queue.ts";

/** What its sweep's worker said of it, and the studio's own jobs. */
export function runLogs(row: RunRow, root: string, queue: Queue): LogText[] {
  const own = queue.ids().filter((id) => queue.order(id).about.includes(row.id));
  const logs = own.reverse().map((id) => queue.log(id));
  if (row.sweep === undefined) return logs;
  const file = join(root, ...row.sweep.split("/"), "logs", `${row.id.slice(row.sweep.length + 1)}.log`);
  return existsSync(file) ? [endOf(file, "sweep"), ...logs] : logs;
}
