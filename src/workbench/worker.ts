/**
 * A process that does tasks which others send it, `node dist/workbench/worker.js`, started by `WorkerProcess`; or that
 * carries out a sweep whose terminal has gone, with the sweep's file as its argument.
 */

import { readFileSync } from "node:fs";
import { parseJson } from "../base/json.ts";
import { carryOut, type DetachedSweep, type WorkerMessage, type WorkerOrder } from "../sweeps/index.ts";
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
    let toldAt = 0;
    const { registries, jobs } = await loadWorkbench(order.task.configModule);
    const bench = { registries, jobs, environment: process.env, configModule: order.task.configModule };
    const outcome = await carryOut(
      order.task,
      bench,
      (progress) => {
        if (performance.now() - toldAt < INTERVAL) return;
        toldAt = performance.now();
        tell({ type: "progress", progress });
      },
      stop.signal,
    );
    busy = false;
    tell({ type: "ended", outcome });
    if (!process.connected) process.exit();
  });
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
