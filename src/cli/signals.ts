/**
 * Ctrl-C, SIGTERM, a terminal that is closed, and SIGUSR1, by which clusters warn of a time limit: the first asks politely (training writes a checkpoint and stops), the
 * second ends the process at once. Node itself undoes `nohup`: without a handler SIGHUP would end it without a checkpoint.
 */

/** The exit status of an interrupted process. */
export const INTERRUPTED_STATUS = 130;

/** `process`, or a stand-in for it. */
interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
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
  const listener = (): void => {
    if (controller.signal.aborted) {
      exit(INTERRUPTED_STATUS);
    } else {
      announce();
      controller.abort();
    }
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1"] as const;
  for (const signal of signals) source.on(signal, listener);
  return () => {
    for (const signal of signals) source.off(signal, listener);
  };
}
