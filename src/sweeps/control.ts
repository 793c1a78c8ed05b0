/** What can be asked of a sweep later, from any terminal: how it stands, what was said, to stop it, to try failed runs again. */

import { resolve } from "node:path";
import { z } from "zod";
import { BetalabError, suggest } from "../base/errors.ts";
import { occupant, stopOccupant } from "../base/lease.ts";
import {
  type Context,
  defineJob,
  type JobEvent,
  type SweptRun,
  type Task,
  type Teller,
  telling,
} from "../jobs/index.ts";
import { chooseExecutor } from "./executors/index.ts";
import { recordOf, statesOnDisk } from "./states.ts";
import { onOption } from "./sweep.ts";
import { readLog, readTasks, taskFile } from "./tasks.ts";
import { sweptValue, withSettings } from "./value.ts";
import { refuseOtherVersion } from "./work.ts";

const onAgain = onOption.describe("where its runs are carried out (default: as it was submitted)");
const only = z
  .array(z.string().min(1))
  .default([])
  .meta({ description: "names of runs (default: all)", positional: true });
const ofRuns = z.strictObject({ on: onAgain, only });

/** A sweep's record and tasks, and the executor that has them, where one outlives the process that submitted them. */
type OpenedSweep = Awaited<ReturnType<typeof openSweep>>;

async function openSweep(
  { subject, environment, executors }: Context<"sweepFolder">,
  on: string | undefined,
) {
  const record = recordOf(subject);
  const folder = resolve(subject);
  const place = on ?? record.on ?? "local";
  const { definition, open } = chooseExecutor(place, {}, { executors });
  const executor = definition.lasting
    ? await open({ folder, pending: 0, devices: [], environment })
    : undefined;
  return { record, folder, executor, tasks: readTasks(folder) };
}

function pick(tasks: readonly Task[], names: readonly string[]): Task[] {
  const known = tasks.map(({ name }) => name);
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined) {
    throw new BetalabError("usage", `the sweep has no run "${stranger}"`, suggest(stranger, known));
  }
  return tasks.filter(({ name }) => names.length === 0 || names.includes(name));
}

/** What the disk says, and of what is not over there, the executor. */
async function statesOf({ folder, tasks, executor }: OpenedSweep): Promise<SweptRun[]> {
  const statuses = (await executor?.statusAll(tasks)) ?? new Map();
  const ids = new Map(tasks.map(({ name, id }) => [name, id]));
  return statesOnDisk(folder).map((run) => {
    const status = statuses.get(ids.get(run.name) ?? "");
    if (status === undefined || run.status === "finished") return run;
    const { state, progress = run.progress, error, seconds } = status;
    const words = { queued: "waiting", cancelled: "interrupted" } as const;
    const now = words[state as keyof typeof words] ?? state;
    return { ...run, status: now, progress, error: error?.message, hint: error?.hint, seconds };
  });
}

/** Does something with an opened sweep, and lets its executor go whatever becomes of it. */
async function* withSweep<V>(
  context: Context<"sweepFolder">,
  on: string | undefined,
  work: (sweep: OpenedSweep, tell: Teller) => Promise<V>,
): AsyncGenerator<JobEvent, { value: V }, void> {
  const value = yield* telling(context.signal, async (tell) => {
    const sweep = await openSweep(context, on);
    try {
      return await work(sweep, tell);
    } finally {
      await sweep.executor?.close();
    }
  });
  return { value };
}

/** The chosen tasks whose runs stand so. */
async function standing(
  sweep: OpenedSweep,
  only: readonly string[],
  ...states: SweptRun["status"][]
): Promise<Task[]> {
  const runs = await statesOf(sweep);
  const names = new Set(runs.filter(({ status }) => states.includes(status)).map(({ name }) => name));
  return pick(sweep.tasks, only).filter(({ name }) => names.has(name));
}

const namesOf = (context: Context<"sweepFolder">, tasks: readonly Task[]) => ({
  path: context.subject,
  runs: tasks.map(({ name }) => name),
});

export const sweepStatus = defineJob({
  name: "sweep status",
  summary: "how the runs of a sweep stand",
  example: "betalab sweep status runs/mnist-betas",
  takes: "sweepFolder",
  options: z.strictObject({ on: onAgain }),
  value: sweptValue,
  run: (context, { on }) =>
    withSweep(context, on, async (sweep) => ({
      path: context.subject,
      name: sweep.record.name,
      runs: withSettings(await statesOf(sweep), sweep.record.runs),
    })),
});

export const sweepLogs = defineJob({
  name: "sweep logs",
  summary: "what the workers of a sweep said, run by run",
  example: "betalab sweep logs runs/mnist-betas beta-4_seed-0",
  takes: "sweepFolder",
  options: ofRuns,
  value: z.object({
    logs: z
      .array(
        z.object({
          name: z.string().describe("the run's, within the sweep"),
          text: z.string().describe("what its workers printed"),
        }),
      )
      .describe("in the order of the grid"),
  }),
  run: (context, { on, only }) =>
    withSweep(context, on, async ({ executor, tasks }) => {
      const read = async (task: Task) => ({
        name: task.name,
        text: (await executor?.logs(task)) ?? readLog(task),
      });
      return { logs: await Promise.all(pick(tasks, only).map(read)) };
    }),
});

const names = z.object({
  path: z.string().describe("the sweep's folder"),
  runs: z.array(z.string()).describe("names of the runs"),
});

export const sweepCancel = defineJob({
  name: "sweep cancel",
  summary: "stop the runs of a sweep, each with a checkpoint",
  example: "betalab sweep cancel runs/mnist-betas",
  takes: "sweepFolder",
  options: ofRuns,
  value: names,
  run: (context, { on, only }) =>
    withSweep(context, on, async (sweep) => {
      const wanted = await standing(sweep, only, "running", "waiting");
      if (sweep.executor !== undefined) await sweep.executor.cancel(wanted);
      else stopProcess(sweep.folder, only);
      return namesOf(context, wanted);
    }),
});

/** A sweep on one machine is stopped by stopping the process that carries it out. */
function stopProcess(folder: string, only: readonly string[]): void {
  const other = occupant(folder);
  if (only.length > 0) {
    throw new BetalabError("usage", "a sweep on local is cancelled as a whole", "leave the names out");
  }
  if (other !== undefined) stopOccupant(folder, other);
}

export const sweepRetry = defineJob({
  name: "sweep retry",
  summary: "submit the runs of a sweep that failed or were cancelled again",
  example: "betalab sweep retry runs/mnist-betas",
  takes: "sweepFolder",
  options: ofRuns,
  value: names,
  run: (context, { on, only }) =>
    withSweep(context, on, async (sweep, tell) => {
      if (sweep.executor === undefined) {
        const message = "a sweep on local tries failed runs again when it is run again";
        throw new BetalabError("usage", message, "give the same line again");
      }
      const wanted = await standing(sweep, only, "failed", "interrupted");
      for (const task of wanted) refuseOtherVersion(task, taskFile(sweep.folder, task.name));
      await sweep.executor.submit(wanted);
      tell.note(`${wanted.length} submitted again`);
      return namesOf(context, wanted);
    }),
});
