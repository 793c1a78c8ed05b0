/** A worker of the queue: takes tasks from it, and has processes of its own do them, so that it can always tell that it lives. */

import { BetalabError } from "../../base/errors.ts";
import { leasePeriod } from "../../base/lease.ts";
import type { ExecutorPlace, Task, TaskOutcome } from "../../jobs/index.ts";
import { readTask } from "../work.ts";
import { slotsOf } from "./local.ts";
import { cancelKey, connect, DEATHS, loadQueue, QUEUE } from "./redis.ts";
import { WorkerProcess } from "./worker-process.ts";

/** Milliseconds between two looks whether a task is to stop. */
const LOOK = 1000;

export interface QueueWork {
  readonly address: string;
  readonly place: Pick<ExecutorPlace, "pending" | "devices" | "environment">;
  /** Tasks at a time. Default: one a core, or one a GPU. */
  readonly jobs: number | undefined;
  /** From paths as tasks have them to paths as they are here. */
  map(path: string): string;
  readonly signal: AbortSignal;
  begun(task: Task): void;
  ended(task: Task, outcome: TaskOutcome): void;
}

/** Works until the signal aborts. Throws "network", "config"; "run" when a task is of another version, which it gives back. */
export async function workOnQueue({
  address,
  place,
  jobs,
  map,
  signal,
  begun,
  ended,
}: QueueWork): Promise<void> {
  const { bullmq, Redis } = await loadQueue();
  const connection = await connect(address, Redis);
  const slots = slotsOf(place, jobs).map(
    (own) => ({ environment: { ...place.environment, ...own } }) as Slot,
  );
  const period = leasePeriod() * 1000;
  let refusal: unknown;
  let leave = (): void => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const worker = new bullmq.Worker<Task, TaskOutcome>(
    QUEUE,
    async (job, token) => {
      const back = async (): Promise<never> => {
        await job.moveToWait(token);
        throw new bullmq.WaitingError();
      };
      if (refusal !== undefined || signal.aborted) return back();
      let task: Task;
      try {
        task = mapped(readTask(job.data, `the task ${job.id} of the queue`), map);
      } catch (error) {
        if (!(error instanceof BetalabError)) throw error;
        if (error.code === "config")
          return {
            state: "failed",
            steps: [],
            notes: [],
            seconds: 0,
            error: { code: error.code, message: error.message },
          };
        refusal = error;
        leave();
        return back();
      }
      const slot = slots.find(({ busy }) => !busy)!;
      slot.busy = true;
      if (!slot.process?.isIdle) slot.process = new WorkerProcess(slot.environment);
      const stop = (): void => slot.process!.stopTask();
      const look = setInterval(
        async () => (await connection.exists(cancelKey(task.id))) === 1 && stop(),
        LOOK,
      );
      signal.addEventListener("abort", stop, { once: true });
      try {
        begun(task);
        if ((await connection.exists(cancelKey(task.id))) === 1)
          return { state: "cancelled", steps: [], notes: [], seconds: 0 };
        const outcome = await slot.process.work(
          task,
          (progress) => void job.updateProgress(progress).catch(() => {}),
        );
        // Stopped because this worker is leaving: another one goes on.
        if (outcome.state === "cancelled" && signal.aborted) return back();
        // Its process died, not the task: another try, until it has died too often.
        if (outcome.error?.code === "died" && job.stalledCounter + job.attemptsStarted < DEATHS)
          return back();
        ended(task, outcome);
        return outcome;
      } finally {
        clearInterval(look);
        signal.removeEventListener("abort", stop);
        slot.busy = false;
      }
    },
    {
      connection,
      concurrency: slots.length,
      lockDuration: period,
      stalledInterval: period / 2,
      maxStalledCount: DEATHS,
    },
  );
  worker.on("error", () => {}); // A server that is away for a while: it tries again.
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  await left;
  await worker.close();
  for (const { process } of slots) process?.close();
  connection.disconnect();
  if (refusal !== undefined) throw refusal;
}

interface Slot {
  readonly environment: ExecutorPlace["environment"];
  process?: WorkerProcess;
  busy?: boolean;
}

function mapped(task: Task, map: (path: string) => string): Task {
  const { data, configModule } = task;
  return {
    ...task,
    path: map(task.path),
    log: map(task.log),
    ...(data !== undefined && { data: map(data) }),
    ...(configModule !== undefined && { configModule: map(configModule) }),
  };
}
