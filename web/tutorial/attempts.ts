/** Attempts, one at a time, in a worker that is replaced when a file does not come to an end. */

import { ask, type Listener } from "./asking.ts";
import type { Attempt } from "./worker.ts";

let worker: Worker | undefined;
let newest = 0;

/** Ends the attempt before. */
export function attempt(given: Omit<Attempt, "id">, listener: Listener): void {
  worker ??= new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  ask(worker, { id: ++newest, ...given }, listener, () => {
    worker = undefined;
  });
}
