/**
 * The executor of several machines with a queue between them: BullMQ on Redis or Valkey. `betalab worker --on redis://…`
 * on each machine takes tasks from it (`redis-worker.ts`). All see the run directories under the same paths, or under
 * paths that the worker maps; or the directories travel through the store (`carrier.ts`).
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { parseJson } from "../../base/json.ts";
import {
  type Executor,
  executor,
  type Task,
  type TaskOutcome,
  type TaskProgress,
  type TaskStatus,
  throwIfStopped,
} from "../../jobs/index.ts";
import { readInformation, writeInformation } from "../../runs/index.ts";
import { readLog } from "../tasks.ts";
import { Carrier } from "./carrier.ts";
import { cancelledOutcome, failedOutcome, isOpen } from "./outcomes.ts";
import { type Home, Sender } from "./pieces.ts";

export const QUEUE = "betalab";
const PREFIX = "bull";
/** A worker that dies gives its task back; after so many deaths the task is to blame. */
export const DEATHS = 100;

/** Set for a task that is to stop, and while it counts as cancelled. */
export const cancelKey = (id: string): string => `${QUEUE}:cancelled:${id}`;
export const jobKey = (id: string): string => `${PREFIX}:${QUEUE}:${id}`;

/** The two packages, which not everybody needs. Throws "config" with the line that installs them. */
export async function loadQueue(): Promise<{ bullmq: typeof import("bullmq"); Redis: typeof Redis }> {
  try {
    const [bullmq, ioredis] = await Promise.all([import("bullmq"), import("ioredis")]);
    return { bullmq, Redis: ioredis.Redis };
  } catch (cause) {
    throw new BetalabError(
      "config",
      "a queue on Redis needs the packages bullmq and ioredis, which are not installed",
      "npm install bullmq ioredis",
      { cause },
    );
  }
}

/** The address without its password, for messages and records. It may hold an @ of its own: the last one ends it. */
export function withoutPassword(address: string): string {
  return address.replace(/^(\w+:\/\/[^:@/]*):[^/]*@/, "$1@");
}

/** Milliseconds that a server has for its first answer, and for any that a worker waits for to leave. */
export const PATIENCE = 10_000;

/**
 * A connection that survives a server's restart. Throws "network" when nobody answers there, "config" when the server
 * would evict tasks; "interrupted".
 */
export async function connect(
  address: string,
  Connection: typeof Redis,
  signal?: AbortSignal,
): Promise<Redis> {
  const shown = withoutPassword(address);
  const first = new Connection(address, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: null as never,
    connectTimeout: PATIENCE,
    commandTimeout: PATIENCE,
    disconnectTimeout: 100,
  });
  const stop = (): void => first.disconnect();
  signal?.addEventListener("abort", stop, { once: true });
  let reason = "";
  first.on("error", (error) => {
    reason = error.message;
  });
  try {
    throwIfStopped(signal);
    await first.connect();
    const policy = /maxmemory_policy:(\S+)/.exec(await first.info("memory"))?.[1] ?? "noeviction";
    if (policy !== "noeviction") {
      throw new BetalabError(
        "config",
        `the queue ${shown} may throw tasks away: its maxmemory-policy is ${policy}`,
        "redis-cli config set maxmemory-policy noeviction, and the same in its configuration file",
      );
    }
  } catch (cause) {
    throwIfStopped(signal);
    if (cause instanceof BetalabError) throw cause;
    const why = reason || (cause as Error).message;
    throw new BetalabError(
      "network",
      `can't reach the queue ${shown}: ${why}`,
      "is the server there, and its port open?",
      { cause },
    );
  } finally {
    signal?.removeEventListener("abort", stop);
    first.disconnect();
  }
  const connection = new Connection(address, { maxRetriesPerRequest: null });
  connection.on("error", () => {}); // It tries again; commands wait.
  return connection;
}

class RedisExecutor implements Executor {
  readonly #queue: Queue;
  readonly #redis: Redis;
  readonly #carrier: Carrier;
  readonly #carry: boolean;

  constructor(queue: Queue, redis: Redis, carry: boolean) {
    this.#queue = queue;
    this.#redis = redis;
    this.#carrier = new Carrier(redis);
    this.#carry = carry;
  }

  async submit(tasks: readonly Task[]): Promise<void> {
    const known = await this.statusAll(tasks);
    const wanted = tasks.filter(({ id }) => !isOpen(known.get(id)));
    const ids = wanted.map(({ id }) => id);
    const travelling = this.#carry ? new Set(ids) : await this.#carrier.travelling(ids);
    await this.forget(wanted);
    for (const task of wanted.filter(({ id }) => travelling.has(id))) {
      await this.#carrier.hold(task.id, "sweep");
      if (existsSync(join(task.path, "run.json")))
        await this.#carrier.send(task.id, new Sender(homeOf(task)), "sweep");
    }
    await this.#queue.addBulk(
      wanted.map((task) => ({ name: task.name, data: task, opts: { jobId: task.id } })),
    );
  }

  async statusAll(tasks: readonly Task[]): Promise<ReadonlyMap<string, TaskStatus>> {
    const line = this.#redis.pipeline();
    for (const { id } of tasks) {
      line.hmget(jobKey(id), ...fields);
      line.exists(cancelKey(id));
    }
    const answers = ((await line.exec()) ?? []).map(([error, answer]) => {
      if (error)
        throw new BetalabError("network", `the queue failed: ${error.message}`, undefined, { cause: error });
      return answer;
    });
    const found = new Map<string, TaskStatus>();
    tasks.forEach(({ id }, i) => {
      const status = statusOf(answers[2 * i] as (string | null)[], answers[2 * i + 1] === 1);
      if (status !== undefined) found.set(id, status);
    });
    const over = tasks.filter(({ id }) => found.has(id) && !isOpen(found.get(id)));
    const travelling = await this.#carrier.travelling(over.map(({ id }) => id));
    for (const task of over.filter(({ id }) => travelling.has(id))) {
      const failure = await this.#collect(task);
      if (failure !== undefined) found.set(task.id, failure);
    }
    return found;
  }

  /** Brings home what has ended; a failed status where that can't be done. */
  async #collect(task: Task): Promise<TaskStatus | undefined> {
    try {
      if ((await this.#carrier.collect(task.id, homeOf(task))) && task.data !== undefined)
        nameData(task.path, task.data);
      return undefined;
    } catch (error) {
      if (!(error instanceof BetalabError && error.code === "run")) throw error;
      return failedOutcome(error);
    }
  }

  async cancel(tasks: readonly Task[]): Promise<void> {
    for (const { id } of tasks) {
      await this.#redis.set(cancelKey(id), "1", "EX", 7 * 24 * 3600);
      await this.#queue.remove(id).catch(() => {}); // One that is worked on is locked; its worker sees the key.
    }
  }

  async logs(task: Task): Promise<string> {
    return (await this.#carrier.log(task.id)) ?? readLog(task);
  }

  async forget(tasks: readonly Task[]): Promise<void> {
    for (const { id } of tasks) {
      await this.#carrier.forget(id);
      await this.#redis.del(cancelKey(id));
      await this.#queue.remove(id).catch(() => {});
    }
  }

  async close(): Promise<void> {
    await this.#queue.close();
    this.#redis.disconnect();
  }
}

const homeOf = ({ path, log }: Task): Home => ({ run: path, log });

/** A run that was trained elsewhere names the data of this machine from now on. */
function nameData(path: string, directory: string): void {
  if (!existsSync(join(path, "run.json"))) return; // It was stopped before it began.
  const information = readInformation(path);
  writeInformation(path, { ...information, data: { ...information.data, directory } });
}

/** What bullmq keeps of a job, in the order in which `statusOf` takes it. */
const fields = ["timestamp", "processedOn", "finishedOn", "progress", "returnvalue", "failedReason"];

function statusOf(
  [added, processed, finished, progress, value, failed]: (string | null)[],
  cancelled: boolean,
): TaskStatus | undefined {
  if (added === null) return cancelled ? cancelledOutcome : undefined;
  if (finished !== null && value) return parseJson(value) as TaskOutcome;
  if (finished !== null) return failedOutcome({ code: "internal", message: failed ?? "" });
  if (processed === null) return { state: "queued" };
  const told = progress ? (parseJson(progress) as TaskProgress | number) : undefined;
  return { state: "running", ...(typeof told === "object" && { progress: told }) };
}

export const redis = executor({
  name: "redis",
  summary: "workers on any number of machines, through a queue on Redis or Valkey",
  options: z.strictObject({ carry: z.boolean().optional() }),
  lasting: true,
  async open({ address }, { carry = false }) {
    const { bullmq, Redis } = await loadQueue();
    const connection = await connect(address, Redis);
    const queue = new bullmq.Queue(QUEUE, { connection });
    queue.on("error", () => {});
    return new RedisExecutor(queue, connection, carry);
  },
});
