/**
 * Ctrl-C, SIGTERM, a terminal that is closed, and SIGUSR1, by which clusters warn of a time limit: the first asks politely (training writes a checkpoint and stops), the
 * second ends the process at once. A cluster's signal may come twice, from the cluster and from the script that it also went to: SIGTERM counts once a second. Node itself undoes `nohup`: without a handler SIGHUP would end it without a checkpoint.
 */

export const INTERRUPTED_STATUS = 130;

/** Milliseconds in which SIGTERM, after whatever came first, says nothing new. */
const ECHO = 1000;

/** `process`, or a stand-in for it. */
interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
}

export interface InterruptOptions {
  readonly source: SignalSource;
  readonly controller: AbortController;
  /** Called at the first signal, to say what happens next. */
  readonly announce: () => void;
  /** Called at the second with the exit status, and at any after the end of the work with its own. */
  readonly exit: (status: number) => void;
}

/**
 * Starts listening; the function returned says that the work has ended with this status. A signal that comes between that
 * and the process' own end does not make a failure of what was done.
 */
export function listenForInterrupts(options: InterruptOptions): (status: number) => void {
  const { source, controller, announce, exit } = options;
  let first = 0;
  let ended: number | undefined;
  const listener = (signal: NodeJS.Signals): void => {
    if (ended !== undefined) exit(ended);
    else if (!controller.signal.aborted) {
      first = performance.now();
      announce();
      controller.abort();
    } else if (signal !== "SIGTERM" || performance.now() - first > ECHO) exit(INTERRUPTED_STATUS);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1"] as const) source.on(signal, listener);
  return (status) => {
    ended = status;
  };
}
