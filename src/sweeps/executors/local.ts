/** The executor of one machine: worker processes that share its cores. */

import { type ChildProcess, spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseJson, stringifyJson } from "../../base/json.ts";
import type { DoneStep, Executor, Task, TaskOutcome, TaskProgress, TaskStatus } from "./executor.ts";
import { Lines, type WorkerMessage } from "./messages.ts";

const workerFile = fileURLToPath(new URL("../../workbench/worker.js", import.meta.url));

export interface LocalOptions {
  /** Worker processes at a time. */
  readonly jobs: number;
  /** Variables of the workers. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A module that the workers load: what a user brings. */
  readonly configModule?: string | undefined;
  /** The program of a worker and its arguments. Default: this Node on the workbench's `worker.js`. */
  readonly command?: readonly [string, ...string[]];
}

/**
 * How many processes, and how many threads for each: one thread each, in as many processes as there are cores.
 * Measured on two cores for four runs of the MNIST MLP: 16 s with two processes of one thread, 27 s one after the
 * other with two threads each, the second of which mostly waits for the first.
 *
 * @param runs how many there are to train: with fewer than cores, each gets several threads
 * @param jobs what was asked for; default: all cores
 */
export function shareCores(
  runs: number,
  jobs?: number,
  cores: number = availableParallelism(),
): { readonly jobs: number; readonly threads: number } {
  const used = Math.max(1, Math.min(runs, jobs ?? cores));
  return { jobs: used, threads: Math.max(1, Math.floor(cores / used)) };
}

interface Entry {
  readonly task: Task;
  readonly outcome: Promise<TaskOutcome>;
  readonly settle: (outcome: TaskOutcome) => void;
  state: TaskStatus["state"];
  progress?: TaskProgress | undefined;
  child?: ChildProcess;
}

/** Runs tasks in child processes, in the order submitted, `jobs` at a time. */
export class LocalExecutor implements Executor {
  readonly #options: LocalOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: LocalOptions) {
    this.#options = options;
  }

  async submit(task: Task): Promise<void> {
    if (this.#entries.has(task.id)) return;
    const { promise, resolve } = withResolvers<TaskOutcome>();
    this.#entries.set(task.id, { task, outcome: promise, settle: resolve, state: "queued" });
    this.#fill();
  }

  async status(id: string): Promise<TaskStatus> {
    const { state, progress } = this.#entry(id);
    return { state, progress };
  }

  async cancel(id: string): Promise<void> {
    const entry = this.#entry(id);
    if (entry.state === "queued") this.#end(entry, { state: "cancelled", steps: [], notes: [], seconds: 0 });
    // Its sign to stop; unlike a signal it means the same on every system.
    else entry.child?.stdin?.end();
  }

  async collect(id: string): Promise<TaskOutcome> {
    return this.#entry(id).outcome;
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new Error(`internal: no task ${id}`);
    return entry;
  }

  #fill(): void {
    const entries = [...this.#entries.values()];
    let free = this.#options.jobs - entries.filter(({ state }) => state === "running").length;
    for (const entry of entries) {
      if (free <= 0) return;
      if (entry.state !== "queued") continue;
      this.#start(entry);
      free--;
    }
  }

  #start(entry: Entry): void {
    entry.state = "running";
    const startedAt = performance.now();
    const { environment, configModule = "", command } = this.#options;
    const [program, ...argv] = command ?? [process.execPath, workerFile, configModule];
    // For steps after training too, which compute with as many threads as there are cores otherwise.
    const env = { ...environment, BETALAB_THREADS: String(entry.task.config.threads) };
    const child = spawn(program, argv, { stdio: ["pipe", "pipe", "pipe"], env });
    entry.child = child;
    const steps: DoneStep[] = [];
    const notes: string[] = [];
    let error: TaskOutcome["error"];
    let interrupted = false;
    let complaints = "";
    const lines = new Lines();
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      for (const line of lines.take(text)) {
        const message = parseJson(line) as WorkerMessage;
        if (message.type === "progress") entry.progress = message.progress;
        else if (message.type === "step") steps.push(message.step);
        else if (message.type === "note") notes.push(message.text);
        else if (message.type === "interrupted") interrupted = true;
        else error = message.error;
      }
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaints = (complaints + text).slice(-2000);
    });
    // A worker that dies early closes its end; that it died is told by "close".
    child.stdin.on("error", () => {});
    child.on("error", (cause) => {
      error = { code: "internal", message: `can't start a worker process: ${cause.message}` };
    });
    child.on("close", (status, signal) => {
      if (status !== 0 && error === undefined) error = died(status, signal, complaints);
      const state = error !== undefined ? "failed" : interrupted ? "cancelled" : "finished";
      this.#end(entry, {
        state,
        steps,
        notes,
        ...(error && { error }),
        seconds: (performance.now() - startedAt) / 1000,
      });
    });
    child.stdin.write(`${stringifyJson(entry.task)}\n`);
  }

  #end(entry: Entry, outcome: TaskOutcome): void {
    if (entry.state === "finished" || entry.state === "failed" || entry.state === "cancelled") return;
    entry.state = outcome.state;
    entry.settle(outcome);
    this.#fill();
  }
}

function died(status: number | null, signal: NodeJS.Signals | null, complaints: string) {
  const how = signal === null ? `ended with status ${status}` : `was killed by ${signal}`;
  const said = complaints.trim().split("\n").at(-1);
  const hint =
    signal === "SIGKILL"
      ? "the system may have run out of memory: try fewer `jobs`, or a smaller batch"
      : undefined;
  return { code: "internal", message: `its process ${how}${said ? `: ${said}` : ""}`, hint };
}

/** `Promise.withResolvers`, which Node has from version 22 on. */
function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
