/** A sweep run by run: what the disk says, and, where its executor outlives whoever submitted it, what that says. */

import { join } from "node:path";
import { BetalabError } from "../base/errors.ts";
import type { Workbench } from "../workbench/index.ts";
import type { SweepDetail } from "./protocol.ts";
import { notThere } from "./refused.ts";
import type { RunsIndex } from "./runs-index.ts";

/** @throws Refused 404 */
export async function sweepDetail(
  id: string,
  root: string,
  index: RunsIndex,
  workbench: Workbench,
): Promise<SweepDetail> {
  const found = index.sweep(id);
  if (found === undefined) throw notThere(`a sweep ${id}`);
  const { row, record } = found;
  if (record === undefined) return { ...row, runs: index.runsOf(id) };
  const folder = join(root, ...id.split("/"));
  const { runs, problem } = await statusOf(folder, workbench);
  const told = new Map(runs.map((run) => [run.name, run]));
  const listed = record.runs.map(({ name, folder: own = name, settings, status, error }) => {
    const now = told.get(name);
    const why = (now?.error ?? error)?.replaceAll(folder, row.path);
    return {
      name,
      id: `${id}/${own}`,
      status: now?.status ?? status,
      settings,
      ...(why !== undefined && { error: why }),
      ...(now?.hint !== undefined && { hint: now.hint }),
    };
  });
  const counts = { waiting: 0, running: 0, finished: 0, failed: 0, interrupted: 0 };
  for (const { status } of listed) counts[status]++;
  return {
    ...row,
    counts,
    runs: listed,
    ...(problem !== undefined && { problem }),
  };
}

/** As `sweep status` says it; an executor that does not answer is asked no further. */
async function statusOf(folder: string, workbench: Workbench) {
  try {
    const { value } = await workbench.sweepStatus(folder);
    return { runs: value.runs, problem: undefined };
  } catch (error) {
    if (!(error instanceof BetalabError)) throw error;
    const { value } = await workbench.sweepStatus(folder, { on: "local" });
    return { runs: value.runs, problem: error.message };
  }
}
