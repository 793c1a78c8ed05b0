/** `worker`: does tasks of sweeps, those of a queue until it is stopped, or one that is given. */

import { join, resolve } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { BetalabError } from "../base/errors.ts";
import { parseJson } from "../base/json.ts";
import { cacheDirectory } from "../data/node.ts";
import {
  type Context,
  defineJob,
  type JobEvent,
  repeated,
  type Task,
  type TaskOutcome,
  type TaskProgress,
  taskOutcome,
  text,
  unlessStopped,
  whole,
} from "../jobs/index.ts";
import { withoutPassword } from "./executors/redis.ts";
import { workOnQueue } from "./executors/redis-worker.ts";
import { onOption } from "./sweep.ts";
import { mappedTask, readTaskFile } from "./tasks.ts";
import { carryOut, readTask } from "./work.ts";

const value = z.object({
  tasks: z
    .array(z.object({ name: z.string().describe("the run's, within its sweep"), ...taskOutcome.shape }))
    .describe("in the order in which they were done"),
});

type Done = z.output<typeof value>["tasks"][number];

export const worker = defineJob({
  name: "worker",
  summary: "work on the runs of sweeps: those of a queue, or one task from a file or from stdin",
  example: "betalab worker --on redis://queue.lab",
  takes: "nothing",
  options: z.strictObject({
    task: z.array(z.string().min(1)).max(1).default([]).meta({
      description: "a task's file, from the tasks/ of a sweep (default: stdin, where there is no queue)",
      placeholder: "file",
      positional: true,
    }),
    on: onOption.describe("the queue: redis://HOST:PORT/DATABASE").meta({ environment: "BETALAB_ON" }),
    jobs: whole(1, "tasks of the queue at a time (default: a core each, or a GPU each)"),
    home: text(
      "where runs that travel through the queue are kept meanwhile (default: carried/ in the cache)",
      "folder",
    ),
    map: repeated(
      "paths that are elsewhere on this machine; repeat it for more",
      "theirs=ours",
      z.string().regex(/^[^=]+=[^=]+$/, "must be of the form theirs=ours, such as /lab/data=/mnt/data"),
    ),
  }),
  value,
  async *run(context, { task: [file], on, jobs, home, map }) {
    const done =
      on === undefined ? yield* doOne(context, file, map) : yield* doQueue(context, on, { jobs, home, map });
    return { value: { tasks: done }, failed: done.some(({ state }) => state === "failed") };
  },
});

async function* doOne(
  context: Context,
  file: string | undefined,
  map: readonly string[],
): AsyncGenerator<JobEvent, Done[], void> {
  const found = file === undefined ? await unlessStopped(context.signal, taskOfStdin()) : readTaskFile(file);
  const task = mappedTask(found, map);
  const { stop, signal } = stoppable(context);
  let newest: TaskProgress | undefined;
  const work = carryOut(
    task,
    context,
    (progress) => {
      newest = progress;
    },
    signal,
  );
  // Not raced against the signal: a checkpoint takes as long as it takes.
  try {
    for (let outcome: TaskOutcome | undefined; ; ) {
      outcome = await Promise.race([work, wait(200, undefined)]);
      if (outcome !== undefined) return [{ name: task.name, ...outcome }];
      if (newest !== undefined) yield { type: "stage", ...newest };
    }
  } finally {
    stop();
    await work;
  }
}

/** Work that is stopped when the job is, and when nobody listens any more. */
function stoppable({ signal }: Pick<Context, "signal">) {
  const controller = new AbortController();
  const signals = signal === undefined ? [controller.signal] : [signal, controller.signal];
  return { stop: () => controller.abort(), signal: AbortSignal.any(signals) };
}

async function taskOfStdin(): Promise<Task> {
  if (process.stdin.isTTY) {
    const hint = "give a queue (`on`), a task's file, or a task on stdin";
    throw new BetalabError("usage", "there is nothing to work on", hint);
  }
  const text = await readAll(process.stdin);
  if (text.trim() === "")
    throw new BetalabError("usage", "stdin held no task", "give a queue (`on`) or a task's file");
  let found: unknown;
  try {
    found = parseJson(text);
  } catch (cause) {
    const message = `stdin is not a task: ${(cause as Error).message}`;
    throw new BetalabError("config", message, undefined, { cause });
  }
  return readTask(found, "the task on stdin");
}

async function* doQueue(
  context: Context,
  address: string,
  {
    jobs,
    home = join(cacheDirectory(context.environment), "carried"),
    map,
  }: { jobs: number | undefined; home: string | undefined; map: readonly string[] },
): AsyncGenerator<JobEvent, Done[], void> {
  const { stop, signal } = stoppable(context);
  const done: Done[] = [];
  const notes: string[] = [`working on the queue ${withoutPassword(address)}`];
  let wake = (): void => {};
  const note = (text: string): void => {
    notes.push(text);
    wake();
  };
  let over = false;
  const work = workOnQueue({
    address,
    place: { pending: Number.MAX_SAFE_INTEGER, devices: ["cuda"], environment: context.environment },
    jobs,
    home: resolve(home),
    signal,
    map,
    begun: ({ name }) => note(`${name}: begun`),
    ended: ({ name }, outcome) => {
      done.push({ name, ...outcome });
      note(`${name}: ${outcome.error?.message ?? outcome.state}`);
    },
  }).finally(() => {
    over = true;
    wake();
  });
  work.catch(() => {});
  try {
    for (;;) {
      for (let text = notes.shift(); text !== undefined; text = notes.shift()) yield { type: "note", text };
      if (over) break;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    await work;
    return done;
  } finally {
    stop();
    await work.catch(() => {}); // Nobody listens any more, or it was thrown above.
  }
}
