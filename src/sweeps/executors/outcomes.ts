/** How a task ended that nothing was done of. */

import type { TaskOutcome } from "../../jobs/index.ts";

const untouched = { steps: [], notes: [], seconds: 0 };

export const cancelledOutcome: TaskOutcome = { state: "cancelled", ...untouched };

export const failedOutcome = (error: TaskOutcome["error"]): TaskOutcome => ({
  state: "failed",
  ...untouched,
  ...(error && { error: failureOf(error) }),
});

/** What of an error is told. */
export const failureOf = ({ code, message, hint }: NonNullable<TaskOutcome["error"]>) => ({
  code,
  message,
  ...(hint !== undefined && { hint }),
});
