/** Attempts, one at a time, in a worker that is replaced when a file does not come to an end. */

import type { Outcome } from "./run.ts";
import type { Answer, Attempt } from "./worker.ts";

/** Without a word from the worker. */
const SECONDS = 10;

export interface Listener {
  /** The findings, and again with a figure as often as that changes. */
  onOutcome(outcome: Outcome): void;
  /** While the small model of the later steps is trained: the share that is done. */
  onTraining(share: number): void;
}

let worker: Worker | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let newest = 0;

/** Ends the attempt before. */
export function attempt(given: Omit<Attempt, "id">, { onOutcome, onTraining }: Listener): void {
  const id = ++newest;
  worker ??= new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const running = worker;
  const stop = (says: string): void => {
    clearTimeout(timer);
    running.terminate();
    worker = undefined;
    onOutcome({ findings: [{ holds: false, says }] });
  };
  const wait = (): void => {
    clearTimeout(timer);
    const late = `it did not come to an end within ${SECONDS} seconds: is there an endless loop?`;
    timer = setTimeout(() => stop(late), SECONDS * 1000);
  };
  running.onerror = ({ message }) => stop(message || "the worker could not be started");
  running.onmessage = ({ data }: MessageEvent<Answer>) => {
    wait();
    if (data.id !== id) return;
    if ("outcome" in data) onOutcome(data.outcome);
    else if ("training" in data) onTraining(data.training);
    else {
      // An earlier attempt that still has a word begins no new wait.
      clearTimeout(timer);
      running.onmessage = null;
    }
  };
  wait();
  running.postMessage({ id, ...given } satisfies Attempt);
}
