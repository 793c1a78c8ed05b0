/**
 * A worker process that stays: it keeps the engine loaded from one task to the next. Messages go through Node's own
 * channel; when that closes (whoever started it is gone) it stops with a checkpoint.
 */

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Task, TaskOutcome, TaskProgress } from "../../jobs/index.ts";
import { failedOutcome } from "./outcomes.ts";

/** What is told to a worker. */
export type WorkerOrder = { readonly type: "task"; readonly task: Task } | { readonly type: "stop" };

/** What it tells. */
export type WorkerMessage =
  | { readonly type: "progress"; readonly progress: TaskProgress }
  | { readonly type: "ended"; readonly outcome: TaskOutcome };

export const workerFile: string = fileURLToPath(new URL("../../workbench/worker.js", import.meta.url));

export class WorkerProcess {
  readonly #child: ChildProcess;
  #complaints = "";
  #gone = false;
  #listener: ((message: WorkerMessage) => void) | undefined;

  /** @param file the script that a worker runs. Default: the workbench's `worker.js`. */
  constructor(environment: Readonly<Record<string, string | undefined>>, file: string = workerFile) {
    // Its group is its own: a Ctrl-C at the terminal is for whoever decides what becomes of the workers.
    this.#child = fork(file, {
      env: { ...environment },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      detached: true,
    });
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-2000);
    });
    this.#child.on("message", (message: WorkerMessage) => this.#listener?.(message));
    this.#child.on("error", (error) => this.#end(`can't be started: ${error.message}`));
    this.#child.on("close", (status, signal) => {
      const how = signal === null ? `ended with status ${status}` : `was killed by ${signal}`;
      const said = this.#complaints.trim().split("\n").at(-1);
      this.#end(`${how}${said ? `: ${said}` : ""}`, signal);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isIdle(): boolean {
    return !this.#gone && !this.isWorking;
  }

  get isWorking(): boolean {
    return this.#listener !== undefined;
  }

  /** Does one task; resolves to how it ended, also when the process dies. */
  async work(task: Task, onProgress: (progress: TaskProgress) => void): Promise<TaskOutcome> {
    return new Promise((resolve) => {
      this.#listener = (message) => {
        if (message.type === "progress") return onProgress(message.progress);
        this.#listener = undefined;
        resolve(message.outcome);
      };
      this.#send({ type: "task", task });
    });
  }

  /** Stops the task with a checkpoint. */
  stopTask(): void {
    this.#send({ type: "stop" });
  }

  /** Lets the process go: a task that it has stops with a checkpoint. */
  close(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  #send(order: WorkerOrder): void {
    this.#child.send(order, () => {}); // A dead process is told of by "close".
  }

  #end(how: string, signal: NodeJS.Signals | null = null): void {
    if (this.#gone) return;
    this.#gone = true;
    const hint = "the system may have run out of memory: try fewer `jobs`, or a smaller batch";
    const error = { code: "died", message: `its process ${how}`, ...(signal === "SIGKILL" && { hint }) };
    this.#listener?.({ type: "ended", outcome: failedOutcome(error) });
  }
}
