/** How a task stands, and how one ended that nothing was done of. */

import { BetalabError } from "../../base/errors.ts";
import type { TaskOutcome, TaskStatus } from "../../jobs/index.ts";

const untouched = { steps: [], notes: [], seconds: 0 };

export const cancelledOutcome: TaskOutcome = { state: "cancelled", ...untouched };

export const failedOutcome = (error: TaskOutcome["error"]): TaskOutcome => ({
  state: "failed",
  ...untouched,
  ...(error && { error: failureOf(error) }),
});

/** Whether a task waits or is worked on. */
export const isOpen = (status: TaskStatus | undefined): boolean =>
  status?.state === "queued" || status?.state === "running";

const failureOf = ({ code, message, hint }: NonNullable<TaskOutcome["error"]>) => ({
  code,
  message,
  ...(hint !== undefined && { hint }),
});

/** Of whatever was thrown: what is no error of ours keeps its stack, which is all that tells of it. */
export function failureOfThrown(error: unknown): NonNullable<TaskOutcome["error"]> {
  if (error instanceof BetalabError) return failureOf(error);
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: "internal", message };
}
