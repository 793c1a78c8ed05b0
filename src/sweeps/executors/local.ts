/** The executor of one machine: worker processes that share its cores, or one for each of its GPUs. */

import { execFileSync } from "node:child_process";
import { z } from "zod";
import { allocatedCores } from "../../base/processes.ts";
import {
  type Executor,
  type ExecutorPlace,
  executor,
  type Task,
  type TaskOutcome,
  type TaskStatus,
} from "../../jobs/index.ts";
import { readLog } from "../tasks.ts";
import { cancelledOutcome, isOpen } from "./outcomes.ts";
import { WorkerProcess } from "./worker-process.ts";

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
  cores: number = allocatedCores(),
): { readonly jobs: number; readonly threads: number } {
  const used = Math.max(1, Math.min(runs, jobs ?? cores));
  return { jobs: used, threads: Math.max(1, Math.floor(cores / used)) };
}

/** Each process's own variables, in as many entries as there are processes. */
type Slots = readonly Readonly<Record<string, string>>[];

/** One process a GPU where runs compute on one; by cores otherwise. */
export function slotsOf(
  { pending, devices, environment }: Pick<ExecutorPlace, "pending" | "devices" | "environment">,
  jobs?: number,
): Slots {
  const gpus = devices.includes("cuda") ? gpusOf(environment) : [];
  const shared = shareCores(pending, jobs ?? (gpus.length > 0 ? gpus.length : undefined));
  return Array.from({ length: shared.jobs }, (_, i) => ({
    BETALAB_THREADS: String(shared.threads),
    ...(gpus.length > 0 && { CUDA_VISIBLE_DEVICES: gpus[i % gpus.length]! }),
  }));
}

function gpusOf({ CUDA_VISIBLE_DEVICES: given }: ExecutorPlace["environment"]): string[] {
  if (given !== undefined) return given.split(",").filter((name) => name !== "");
  try {
    const list = execFileSync("nvidia-smi", ["--query-gpu=index", "--format=csv,noheader"], {
      encoding: "utf8",
    });
    return list.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
  } catch {
    return [];
  }
}

interface Entry {
  readonly task: Task;
  status: TaskStatus;
  worker?: WorkerProcess;
}

/** Runs tasks in child processes, in the order submitted, as many at a time as there are slots. */
export class LocalExecutor implements Executor {
  readonly #entries = new Map<string, Entry>();
  readonly #slots: {
    readonly environment: Readonly<Record<string, string | undefined>>;
    worker?: WorkerProcess;
    busy: boolean;
  }[];
  readonly #file: string | undefined;
  readonly #ended: (() => void)[] = [];

  /** @param file the script of a worker; default: the workbench's */
  constructor(slots: Slots, environment: ExecutorPlace["environment"], file?: string) {
    this.#slots = slots.map((own) => ({ environment: { ...environment, ...own }, busy: false }));
    this.#file = file;
  }

  async submit(tasks: readonly Task[]): Promise<void> {
    for (const task of tasks) {
      if (!isOpen(this.#entries.get(task.id)?.status))
        this.#entries.set(task.id, { task, status: { state: "queued" } });
    }
    this.#fill();
  }

  async statusAll(tasks: readonly Task[]): Promise<ReadonlyMap<string, TaskStatus>> {
    return new Map(
      tasks.flatMap(({ id }) => (this.#entries.has(id) ? [[id, this.#entries.get(id)!.status]] : [])),
    );
  }

  async cancel(tasks: readonly Task[]): Promise<void> {
    for (const { id } of tasks) {
      const entry = this.#entries.get(id);
      if (entry?.status.state === "queued") entry.status = cancelledOutcome;
      else entry?.worker?.stopTask();
    }
  }

  async logs(task: Task): Promise<string> {
    return readLog(task);
  }

  async forget(tasks: readonly Task[]): Promise<void> {
    for (const { id } of tasks) if (this.#entries.get(id)?.worker === undefined) this.#entries.delete(id);
  }

  /** Stops what runs, with checkpoints. */
  async close(): Promise<void> {
    await this.cancel([...this.#entries.values()].map(({ task }) => task));
    while (this.#slots.some(({ busy }) => busy))
      await new Promise<void>((resolve) => this.#ended.push(resolve));
    for (const { worker } of this.#slots) worker?.close();
  }

  #fill(): void {
    for (const slot of this.#slots) {
      if (slot.busy) continue;
      const entry = [...this.#entries.values()].find(({ status }) => status.state === "queued");
      if (entry === undefined) return;
      slot.busy = true;
      if (!slot.worker?.isIdle) slot.worker = new WorkerProcess(slot.environment, this.#file);
      entry.worker = slot.worker;
      entry.status = { state: "running" };
      const work = slot.worker.work(entry.task, (progress) => {
        entry.status = { state: "running", progress };
      });
      void work.then((outcome: TaskOutcome) => {
        entry.status = outcome;
        delete entry.worker;
        slot.busy = false;
        for (const resolve of this.#ended.splice(0)) resolve();
        this.#fill();
      });
    }
  }
}

export const local = executor({
  name: "local",
  summary: "worker processes on this machine",
  options: z.strictObject({ jobs: z.int().min(1).optional() }),
  lasting: false,
  async open(place, { jobs }) {
    return new LocalExecutor(slotsOf(place, jobs), place.environment);
  },
});
