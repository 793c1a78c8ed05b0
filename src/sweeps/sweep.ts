/** `sweep`: many trainings that differ in some settings, side by side, continued where they stopped. */

import { resolve } from "node:path";
import { z } from "zod";
import { makeFolder } from "../base/disk.ts";
import { BetalabError } from "../base/errors.ts";
import { plural } from "../base/format.ts";
import { canonicalJson } from "../base/json.ts";
import { Lease, occupant } from "../base/lease.ts";
import type { Config } from "../config/index.ts";
import { type RequiredExtension, requiredExtensions } from "../config/node.ts";
import { openDataset } from "../data/node.ts";
import {
  type Context,
  compareInWords,
  data,
  defineJob,
  device,
  epochs,
  flag,
  type JobEvent,
  placeOf,
  type SweptRun,
  set,
  telling,
  text,
  unlessStopped,
  whole,
} from "../jobs/index.ts";
import { readRecord } from "../runs/index.ts";
import { dataContext } from "../trained/index.ts";
import { defineSweep, readSweep } from "./definition.ts";
import { detachSweep } from "./detach.ts";
import { chooseExecutor } from "./executors/index.ts";
import { withoutPassword } from "./executors/redis.ts";
import { type PlannedRun, planSweep, type SweepPlan } from "./plan.ts";
import { pendingRuns, runSweep } from "./run-sweep.ts";
import { statesOnDisk } from "./states.ts";
import { checkSteps } from "./steps.ts";
import { taskOf, writeTasks } from "./tasks.ts";
import { sweptValue, withSettings } from "./value.ts";

export const onOption = text(
  "where the runs are carried out: local, slurm, redis://HOST or one of your own",
  "place",
);

export const sweep = defineJob({
  name: "sweep",
  summary: "train a grid of settings × seeds, here or on other machines; the same line again continues it",
  example: "betalab sweep mnist-betas --data path/to/mnist",
  takes: "sweep",
  options: z.strictObject({
    data,
    out: text("the sweep's folder (default: runs/NAME)", "folder", "BETALAB_OUT"),
    set,
    epochs,
    device,
    on: onOption.default("local"),
    detach: flag("submit and exit; the same command without it attaches again"),
    jobs: whole(1, "local: runs at a time (default: a core each, or a GPU each)"),
    carry: z
      .boolean()
      .optional()
      .describe("redis: runs travel through the queue's store, for machines that share no disk"),
    partition: text("slurm: the partition", "name"),
    time: text("slurm: the most time for a run, as 2:00:00; it goes on after that in another turn", "time"),
    mem: text("slurm: memory for a run, as 4G", "size"),
    cpus: whole(1, "slurm: cores, and so threads, for a run"),
    gpus: whole(0, "slurm: GPUs for a run"),
    throttle: whole(1, "slurm: runs at a time"),
  }),
  value: sweptValue,
  async *run(context, options) {
    const { on, detach, jobs, carry, partition, time, mem, cpus, gpus, throttle } = options;
    const { definition: executor, open } = chooseExecutor(
      on,
      { jobs, carry, partition, time, mem, cpus, gpus, throttle },
      context,
    );
    const { subject } = context;
    const definition = typeof subject === "string" ? readSweep(subject) : defineSweep(subject, "sweep");
    await checkSteps(definition.steps, context.jobs, definition.origin);
    const planned = (): SweepPlan =>
      planSweep(definition, {
        out: options.out,
        set: options.set,
        flags: { device: options.device, "training.epochs": options.epochs },
        environment: context.environment,
        registries: context.registries,
      });
    let plan = planned();
    for (const { config } of plan.runs) checkPortable(requiredExtensions(config, context.registries));
    const folder = resolve(plan.path);
    if (!executor.lasting && occupant(folder) !== undefined) {
      yield* lookOn(plan, context.signal);
      if (!context.signal?.aborted) plan = planned();
      else return outcomeOf(plan, statesOnDisk(plan.path));
    }
    const pending = pendingRuns(plan);
    const done = plan.runs.length - pending.length;
    yield {
      type: "note",
      text: `${plan.name}: ${plural(plan.runs.length, "run")} into ${plan.path}${done > 0 ? `, ${done} of them finished already` : ""}; on ${withoutPassword(on)}`,
    };
    yield* notesOnOthers(plan);
    const fingerprints = yield* fingerprintsOf(pending, context, options.data);
    if (detach && !executor.lasting && pending.length > 0) {
      await detachSweep(folder, subject, { ...options, detach: false }, context);
      const text = "it goes on in a process of its own; the same line without `detach` looks on";
      yield { type: "note", text };
      return outcomeOf(plan, statesOnDisk(plan.path));
    }
    // What lasts needs no lease, and may be out of reach: then nothing is left behind.
    if (!executor.lasting) makeFolder(folder);
    const lease = executor.lasting ? undefined : Lease.take(folder);
    const around = {
      folder,
      data: ({ config }: PlannedRun) => options.data ?? placeOfData(config, context),
      resources: { partition, time, mem, cpus, gpus },
      configModule: context.configModule,
      fingerprint: ({ config }: PlannedRun) => fingerprints.get(canonicalJson(config.data)),
    };
    try {
      const opening = open({
        folder,
        pending: pending.length,
        devices: [...new Set(pending.map(({ config }) => config.device))],
        environment: context.environment,
      });
      const opened = await unlessStopped(context.signal, opening).catch((error) => {
        opening.then((late) => late.close()).catch(() => {});
        throw error;
      });
      try {
        makeFolder(folder);
        writeTasks(
          folder,
          pending.map((run) => taskOf(run, plan.steps, around)),
        );
        const runs = yield* runSweep(plan, {
          executor: opened,
          task: (run) => taskOf(run, plan.steps, around),
          lasting: executor.lasting,
          detach: detach && executor.lasting,
          on: withoutPassword(on),
          signal: context.signal,
          interval: executor.lasting ? 1000 : 200,
        });
        const { value, failed } = outcomeOf(plan, runs);
        return { value: { ...value, ...(yield* inWords(runs, context)) }, failed };
      } finally {
        const closed = opened.close();
        if (!executor.lasting || !context.signal?.aborted) await closed;
      }
    } finally {
      lease?.release();
    }
  },
});

const outcomeOf = (plan: SweepPlan, runs: readonly SweptRun[]) => ({
  value: { path: plan.path, name: plan.name, runs: withSettings(runs, plan.runs) },
  failed: runs.some(({ status }) => status === "failed"),
});

/** What the finished runs differ in. What can't be compared is no failure of the sweep. */
async function* inWords(
  runs: readonly SweptRun[],
  { registries, signal }: Context,
): AsyncGenerator<JobEvent, object, void> {
  const finished = runs.filter(({ status }) => status === "finished").map(({ path }) => path);
  if (finished.length < 2) return {};
  try {
    const comparison = await compareInWords(finished, registries, { signal });
    return comparison === undefined ? {} : { comparison };
  } catch (error) {
    if (!(error instanceof BetalabError)) throw error;
    yield { type: "note", text: `not compared: ${error.message}` };
    return {};
  }
}

/** Looks on while another process of this or another machine carries the sweep out. */
async function* lookOn(
  plan: SweepPlan,
  signal: AbortSignal | undefined,
): AsyncGenerator<JobEvent, void, void> {
  const other = occupant(plan.path);
  if (other === undefined) return;
  yield { type: "note", text: `${plan.path} is being carried out by ${other.name}: looking on` };
  while (!signal?.aborted && occupant(plan.path) !== undefined) {
    yield { type: "runs", runs: statesOnDisk(plan.path) };
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** A sweep that was edited: what it has no longer stays, and may still be at work. */
function* notesOnOthers(plan: SweepPlan): Generator<JobEvent, void, void> {
  const wanted = new Set(plan.runs.map(({ identity }) => identity));
  const others = (readRecord(plan.path)?.runs ?? []).filter(({ identity }) => !wanted.has(identity));
  if (others.length === 0) return;
  const names = others.map(({ name }) => name).join(", ");
  yield { type: "note", text: `of an earlier version of this sweep, left as they are: ${names}` };
}

/**
 * Opens the data of all runs, each set once: a wrong path is one error, and a folder of pictures is packed here and not by all workers at once. Returns
 * fingerprints by the canonical JSON of the config's data section.
 */
async function* fingerprintsOf(runs: readonly PlannedRun[], context: Context, data: string | undefined) {
  const sections = new Map(runs.map(({ config }) => [canonicalJson(config.data), config]));
  const found = new Map<string, string>();
  for (const [key, config] of sections) {
    yield* telling(context.signal, async (tell) => {
      const set = await openDataset(
        config.data,
        dataContext(placeOf(context, { data }, tell)),
        context.registries.sources,
      );
      found.set(key, set.fingerprint);
      set.close();
    });
  }
  return found;
}

/** Where workers look, wherever they work: their own directory and environment are others. */
function placeOfData({ data }: Config, { registries, environment }: Context): string | undefined {
  const isFiles = registries.sources.find(({ name }) => name === data.source)?.locate !== undefined;
  if (typeof data.path === "string") return data.path;
  return isFiles ? environment.BETALAB_DATA || undefined : undefined;
}

/** Runs are trained in other processes, which can load a module but not take over an object. */
function checkPortable(extensions: readonly RequiredExtension[]): void {
  const stuck = extensions.find(({ module }) => module === undefined);
  if (stuck === undefined) return;
  throw new BetalabError(
    "config",
    `the sweep needs "${stuck.name}" of ${stuck.registry}, which was given in code: other processes can't have it`,
    "put it into betalab.config.js and use loadWorkbench()",
  );
}
