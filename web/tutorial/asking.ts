/** One attempt, asked of a worker: what it says is handed on, and silence ends it. */

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

/** What is used of a worker. */
export interface Asked {
  onmessage: unknown;
  onerror: unknown;
  postMessage(given: Attempt): void;
  terminate(): void;
}

/** Of the newest attempt: it ends the wait of the one before. */
let timer: ReturnType<typeof setTimeout> | undefined;

/** @param onEnd called when the worker had to be ended */
export function ask(worker: Asked, given: Attempt, listener: Listener, onEnd: () => void): void {
  const stop = (says: string): void => {
    clearTimeout(timer);
    worker.terminate();
    onEnd();
    listener.onOutcome({ findings: [{ holds: false, says }] });
  };
  const wait = (): void => {
    clearTimeout(timer);
    const late = `it did not come to an end within ${SECONDS} seconds: is there an endless loop?`;
    timer = setTimeout(() => stop(late), SECONDS * 1000);
  };
  worker.onerror = ({ message }: { readonly message: string }) =>
    stop(message || "the worker could not be started");
  worker.onmessage = ({ data }: { readonly data: Answer }) => {
    wait();
    if (data.id !== given.id) return;
    if ("outcome" in data) listener.onOutcome(data.outcome);
    else if ("training" in data) listener.onTraining(data.training);
    else {
      // An earlier attempt that still has a word begins no new wait.
      clearTimeout(timer);
      worker.onmessage = null;
    }
  };
  wait();
  worker.postMessage(given);
}
