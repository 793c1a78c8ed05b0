/**
 * A process that does tasks which others send it, `node dist/workbench/worker.js`, started by `WorkerProcess`; or that
 * carries out a sweep whose terminal has gone, with the sweep's file as its argument.
 */

import { readFileSync } from "node:fs";
import { parseJson } from "../base/json.ts";
import type { Task, TaskOutcome, TaskProgress } from "../jobs/index.ts";
import {
  carryOut,
  type DetachedSweep,
  failedOutcome,
  failureOfThrown,
  type WorkerMessage,
  type WorkerOrder,
} from "../sweeps/index.ts";
import { loadWorkbench } from "./workbench.ts";

/** Milliseconds: ten messages a second are enough for a table. */
const INTERVAL = 100;

function workForParent(): void {
  let stop = new AbortController();
  // Nobody is told when whoever started it has just gone.
  const tell = (message: WorkerMessage): void => {
    if (process.connected) process.send!(message, () => {});
  };
  const leave = (): void => {
    stop.abort();
    // Whoever started it is gone; without a task there is nothing to finish.
    if (!busy) process.exit();
  };
  let busy = false;
  // Only whoever started it decides what becomes of its task.
  for (const signal of ["SIGINT", "SIGHUP", "SIGUSR1"] as const) process.on(signal, () => {});
  process.on("SIGTERM", leave);
  process.on("disconnect", leave);
  process.on("message", async (order: WorkerOrder) => {
    if (order.type === "stop") return stop.abort();
    busy = true;
    stop = new AbortController();
    let told = { stage: "", at: 0 };
    const progressed = (progress: TaskProgress): void => {
      const at = performance.now();
      // What a stage begins with is always told: a long one may say nothing else for a while.
      if (progress.stage === told.stage && at - told.at < INTERVAL) return;
      told = { stage: progress.stage, at };
      tell({ type: "progress", progress });
    };
    const outcome = await work(order.task, progressed, stop.signal);
    busy = false;
    tell({ type: "ended", outcome });
    if (!process.connected) process.exit();
  });
}

/** Never throws: a config module that works where the task was sent may not do so here. */
async function work(
  task: Task,
  progress: (progress: TaskProgress) => void,
  signal: AbortSignal,
): Promise<TaskOutcome> {
  const { configModule } = task;
  try {
    const { registries, jobs } = await loadWorkbench(configModule);
    return await carryOut(
      task,
      { registries, jobs, environment: process.env, configModule },
      progress,
      signal,
    );
  } catch (error) {
    return failedOutcome(failureOfThrown(error));
  }
}

async function workDetached(file: string): Promise<void> {
  const { subject, options, configModule } = parseJson(readFileSync(file, "utf8")) as DetachedSweep;
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGUSR1"] as const) process.on(signal, () => stop.abort());
  process.on("SIGHUP", () => {});
  const { run } = await loadWorkbench(configModule);
  await run("sweep", subject, options, { signal: stop.signal });
}

const [, , file] = process.argv;
if (file === undefined) workForParent();
else await workDetached(file);
