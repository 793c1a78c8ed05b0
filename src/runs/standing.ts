/** How a run of a sweep stands: by the sweep's record, and by what the run says of itself. */

import type { RunInformation, RunStatus } from "./format.ts";
import type { RecordedRun } from "./sweep-record.ts";

export interface Standing {
  readonly status: RecordedRun["status"];
  /** While it trains: epochs. */
  readonly progress: { readonly stage: string; readonly done: number; readonly total: number } | undefined;
}

/** What the record says, but for runs that are at work or were interrupted: these speak for themselves. */
export function standing(
  { status }: Pick<RecordedRun, "status">,
  run: { readonly status: RunStatus; readonly progress: RunInformation["progress"] } | undefined,
): Standing {
  const over = status === "finished" || status === "failed";
  const now = run?.status;
  const shown = over || now === undefined ? status : now === "finished" ? "running" : now;
  const { step, epoch, epochs } = run?.progress ?? { step: 0, epoch: 0, epochs: 0 };
  const trains = shown === "running" && step > 0;
  return { status: shown, progress: trains ? { stage: "training", done: epoch, total: epochs } : undefined };
}
