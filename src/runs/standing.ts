/** How a run of a sweep stands: by the sweep's record, and by what the run says of itself. */

import type { RunInformation, RunStatus } from "./format.ts";
import type { RecordedRun } from "./sweep-record.ts";

/**
 * What the record says, but for runs that are at work or were interrupted: these speak for themselves. `progress` counts the
 * epochs of one that trains.
 *
 * @param isHeld whether anybody may be carrying the sweep out; else nothing of it is at work but a run that says so itself
 */
export function standing(
  { status }: Pick<RecordedRun, "status">,
  run: { readonly status: RunStatus; readonly progress: RunInformation["progress"] } | undefined,
  isHeld: boolean,
) {
  const over = status === "finished" || status === "failed";
  const now = run?.status;
  const told: RecordedRun["status"] =
    over || now === undefined ? status : now === "finished" ? "running" : now;
  const shown = told === "running" && now !== "running" && !isHeld ? "interrupted" : told;
  const { step, epoch, epochs } = run?.progress ?? { step: 0, epoch: 0, epochs: 0 };
  const trains = shown === "running" && step > 0;
  return { status: shown, progress: trains ? { stage: "training", done: epoch, total: epochs } : undefined };
}
