/** Following a job to its end. */

import type { JobEvent } from "./events.ts";

/** Tells `listen` each event, and resolves to what they come to. Where it throws, the work ends. */
export async function follow<R>(
  events: AsyncGenerator<JobEvent, R, void>,
  listen: (event: JobEvent) => void,
): Promise<R> {
  try {
    for (;;) {
      const next = await events.next();
      if (next.done) return next.value;
      listen(next.value);
    }
  } finally {
    await events.return(undefined as never); // So that a run is let go.
  }
}
