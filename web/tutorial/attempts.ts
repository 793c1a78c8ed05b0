/** Attempts, one at a time, in a worker that is replaced when a file does not come to an end. */

import type { Outcome } from "./run.ts";
import type { Answer, Attempt } from "./worker.ts";

const SECONDS = 10;

let worker: Worker | undefined;

/** @param onTraining called while the small model of the later steps is trained, with the share that is done */
export function attempt(given: Attempt, onTraining: (share: number) => void): Promise<Outcome> {
  worker ??= new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const running = worker;
  return new Promise((resolve) => {
    const stop = (says: string): void => {
      running.terminate();
      if (worker === running) worker = undefined;
      resolve({ findings: [{ holds: false, says }] });
    };
    const late = (): void =>
      stop(`it did not come to an end within ${SECONDS} seconds: is there an endless loop?`);
    let timer = setTimeout(late, SECONDS * 1000);
    running.onerror = ({ message }) => {
      clearTimeout(timer);
      stop(message || "the worker could not be started");
    };
    running.onmessage = ({ data }: MessageEvent<Answer>) => {
      clearTimeout(timer);
      if ("outcome" in data) return resolve(data.outcome);
      onTraining(data.training);
      timer = setTimeout(late, SECONDS * 1000);
    };
    running.postMessage(given);
  });
}
