/**
 * One task in a process of its own: `node dist/workbench/worker.js [MODULE]`, started by the local executor. It lives as long
 * as its stdin is open: when that closes (a cancelled task, or a sweep that was killed) it writes a checkpoint and
 * ends.
 */

import { BetalabError } from "../base/errors.ts";
import { parseJson, stringifyJson } from "../base/json.ts";
import { carryOut, Lines, type Task, type TaskProgress, type WorkerMessage } from "../sweeps/index.ts";
import { loadWorkbench } from "./workbench.ts";

/** Ten messages a second are enough for a table. */
const INTERVAL = 100;

async function work(task: Task, signal: AbortSignal): Promise<void> {
  let toldAt = 0;
  const progress = (progress: TaskProgress): void => {
    const now = performance.now();
    if (now - toldAt < INTERVAL && progress.done < progress.total) return;
    toldAt = now;
    tell({ type: "progress", progress });
  };
  const done = (step: Extract<WorkerMessage, { type: "step" }>["step"]): void => tell({ type: "step", step });
  const ended = await carryOut(
    task,
    await loadWorkbench(process.argv[2] || undefined),
    { progress, done, note: (text) => tell({ type: "note", text }) },
    signal,
  );
  if (ended === "interrupted") tell({ type: "interrupted" });
}

function tell(message: WorkerMessage): void {
  process.stdout.write(`${stringifyJson(message)}\n`);
}

/** Reports the error to the parent; an interruption is not a failure. */
function report(error: unknown): void {
  if (error instanceof BetalabError && error.code === "interrupted") tell({ type: "interrupted" });
  else if (error instanceof BetalabError) {
    const { code, message, hint } = error;
    tell({ type: "error", error: { code, message, hint } });
  } else {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    tell({ type: "error", error: { code: "internal", message } });
  }
}

const controller = new AbortController();
const lines = new Lines();
let started = false;
// Ctrl-C reaches every process of the terminal; only the sweep decides what becomes of its workers.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
// Ignore EPIPE: the parent is gone.
process.stdout.on("error", () => {});
process.stdin.setEncoding("utf8");
process.stdin.on("end", () => controller.abort());
process.stdin.on("data", (text: string) => {
  const [line] = lines.take(text);
  if (line === undefined || started) return;
  started = true;
  work(parseJson(line) as Task, controller.signal)
    .catch(report)
    .finally(() => process.stdin.destroy());
});
