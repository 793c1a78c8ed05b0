/**
 * Ctrl-C, SIGTERM, a terminal that is closed, and SIGUSR1, by which clusters warn of a time limit: the first asks politely (training writes a checkpoint and stops), the
 * second ends the process at once. A cluster's signal may come twice, from the cluster and from the script that it also went to: SIGTERM counts once a second. Node itself undoes `nohup`: without a handler SIGHUP would end it without a checkpoint.
 */

/** The exit status of an interrupted process. */
export const INTERRUPTED_STATUS = 130;

/** Milliseconds in which SIGTERM, after whatever came first, says nothing new. */
const ECHO = 1000;

/** `process`, or a stand-in for it. */
interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
}

export interface InterruptOptions {
  readonly source: SignalSource;
  readonly controller: AbortController;
  /** Called at the first signal, to say what happens next. */
  readonly announce: () => void;
  /** Called at the second with the exit status. */
  readonly exit: (status: number) => void;
}

/** Starts listening; the function returned stops it. */
export function listenForInterrupts({ source, controller, announce, exit }: InterruptOptions): () => void {
  let first = 0;
  const listener = (signal: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      first = performance.now();
      announce();
      controller.abort();
    } else if (signal !== "SIGTERM" || performance.now() - first > ECHO) exit(INTERRUPTED_STATUS);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1"] as const;
  for (const signal of signals) source.on(signal, listener);
  return () => {
    for (const signal of signals) source.off(signal, listener);
  };
}
