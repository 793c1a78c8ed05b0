/** A worker of the queue: takes tasks from it, and has processes of its own do them, so that it can always tell that it lives. */

import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Redis } from "ioredis";
import { BetalabError } from "../../base/errors.ts";
import { leasePeriod } from "../../base/lease.ts";
import { processExists } from "../../base/processes.ts";
import type { ExecutorPlace, Task, TaskOutcome } from "../../jobs/index.ts";
import { mappedTask } from "../tasks.ts";
import { readTask } from "../work.ts";
import { Carrier } from "./carrier.ts";
import { slotsOf } from "./local.ts";
import { cancelledOutcome, failedOutcome } from "./outcomes.ts";
import { Sender } from "./pieces.ts";
import { cancelKey, connect, DEATHS, jobKey, loadQueue, PATIENCE, QUEUE, withoutPassword } from "./redis.ts";
import { WorkerProcess } from "./worker-process.ts";

/** Milliseconds between two looks whether a task is to stop. */
const LOOK = 1000;
/** Milliseconds for the queue to take leave, once no task is worked on. */
const GOODBYE = 400;
/** A run that travels is sent as it is so often within a lease: what a worker that dies had done since then is done again. */
const SENDS = 12;

export interface QueueWork {
  readonly address: string;
  readonly place: Pick<ExecutorPlace, "pending" | "devices" | "environment">;
  /** Tasks at a time. Default: one a core, or one a GPU. */
  readonly jobs: number | undefined;
  /** Where paths of tasks are here: `theirs=ours`. */
  readonly map: readonly string[];
  /** Where runs that travel through the queue's store are kept while they are worked on. */
  readonly home: string;
  readonly signal: AbortSignal;
  begun(task: Task): void;
  ended(task: Task, outcome: TaskOutcome): void;
}

/** Works until the signal aborts. Throws "network", "config"; "run" when a task is of another version, which it gives back. */
export async function workOnQueue(queued: QueueWork): Promise<void> {
  const { address, place, jobs, map, home, signal } = queued;
  const { bullmq, Redis } = await loadQueue();
  const connection = await connect(address, Redis, signal);
  const carrier = new Carrier(connection);
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
        await connection.hdel(jobKey(job.id!), "processedOn"); // It waits again, and is not said to run.
        await job.moveToWait(token);
        throw new bullmq.WaitingError();
      };
      if (refusal !== undefined || signal.aborted) return back();
      let task: Task;
      try {
        task = mappedTask(readTask(job.data, `the task ${job.id} of the queue`), map);
      } catch (error) {
        if (!(error instanceof BetalabError)) throw error;
        if (error.code === "config") return failedOutcome({ code: error.code, message: error.message });
        refusal = error;
        leave();
        return back();
      }
      const slot = slots.find(({ busy }) => !busy)!;
      slot.busy = true;
      if (!slot.process?.isIdle) slot.process = new WorkerProcess(slot.environment);
      const stop = (): void => slot.process!.stopTask();
      const look = setInterval(() => {
        // Unanswered where the server hangs, and refused when this worker then lets go of it.
        connection.exists(cancelKey(task.id)).then(
          (found) => found === 1 && stop(),
          () => {},
        );
      }, LOOK);
      signal.addEventListener("abort", stop, { once: true });
      try {
        queued.begun(task);
        if ((await connection.exists(cancelKey(task.id))) === 1) return cancelledOutcome;
        const work = async (task: Task) =>
          signal.aborted
            ? cancelledOutcome // Before it began: its process would not know.
            : slot.process!.work(task, (progress) => void job.updateProgress(progress).catch(() => {}));
        const outcome = (await carrier.travelling([task.id])).has(task.id)
          ? await workAway(task, carrier, home, work)
          : await work(task);
        // Stopped because this worker is leaving: another one goes on.
        if (outcome.state === "cancelled" && signal.aborted) return back();
        // Its process died, not the task: another try, until it has died too often.
        if (outcome.error?.code === "died" && job.stalledCounter + job.attemptsStarted < DEATHS)
          return back();
        queued.ended(task, outcome);
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
  // What is worked on ends with a checkpoint, as long as that takes. A server that is away is not waited for: it gives
  // the tasks to others once their locks are over.
  const isWorking = ({ busy, process }: Slot): boolean =>
    process?.isWorking || (busy === true && connection.status === "ready");
  let silent = false;
  const rest = async (): Promise<void> => {
    while (slots.some(isWorking)) {
      await wait(50);
      if (slots.some(({ process }) => process?.isWorking)) continue;
      // What is left is told to the server, which may hang: then that is done again by whoever takes the task.
      silent = !(await answers(connection));
      if (silent) return;
    }
    await wait(GOODBYE);
  };
  await Promise.race([worker.close(), rest()]);
  for (const { process } of slots) process?.close();
  connection.disconnect();
  removeLeft(home);
  if (refusal !== undefined) throw refusal;
  if (!silent) return;
  throw new BetalabError(
    "network",
    `the queue ${withoutPassword(address)} does not answer: what it was not sent of the runs here is lost`,
    "whoever takes their tasks goes on from what it has",
  );
}

/** Whether a server that has work to do still does some. */
const answers = (connection: Redis): Promise<boolean> =>
  Promise.race([
    connection.ping().then(
      () => true,
      () => false,
    ),
    wait(PATIENCE, false, { ref: false }),
  ]);

/** Works on a copy of a run that travels, from where the store has it; what came of it is in the store when this returns. */
async function workAway(
  task: Task,
  carrier: Carrier,
  home: string,
  work: (task: Task) => Promise<TaskOutcome>,
): Promise<TaskOutcome> {
  const folder = join(home, `${task.id}.${process.pid}`);
  const at = { run: join(folder, basename(task.path)), log: join(folder, "log") };
  const holder = randomUUID();
  const sender = new Sender(at);
  try {
    await carrier.hold(task.id, holder);
    removeLeft(home, task.id);
    await carrier.fetch(task.id, at);
    let sending = Promise.resolve(true);
    const timer = setInterval(
      () => {
        sending = sending.then(() => carrier.send(task.id, sender, holder)).catch(() => true); // The last one tells.
      },
      (leasePeriod() * 1000) / SENDS,
    );
    const outcome = await work({ ...task, path: at.run, log: at.log }).finally(() => clearInterval(timer));
    await sending;
    // Somebody else holds it by now, and what was done here is of no use.
    if (!(await carrier.send(task.id, sender, holder))) return { ...outcome, state: "cancelled", steps: [] };
    return outcome;
  } catch (error) {
    if (!(error instanceof BetalabError)) throw error;
    return failedOutcome(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What workers of this machine that died left, and what this one did of the task: the store may have newer of it. */
function removeLeft(home: string, id?: string): void {
  if (!existsSync(home)) return;
  for (const name of readdirSync(home)) {
    const [of, pid] = name.split(".");
    const isLeft = Number(pid) === process.pid ? of === id : !processExists(Number(pid));
    if (isLeft) rmSync(join(home, name), { recursive: true, force: true });
  }
}

interface Slot {
  readonly environment: ExecutorPlace["environment"];
  process?: WorkerProcess;
  busy?: boolean;
}
