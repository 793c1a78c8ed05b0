/**
 * One job in a process of its own: `node dist/sweeps/worker.js`, started by `local.ts`. It lives as long as its
 * stdin is open: when that closes (a cancelled job, or a sweep that was killed) it writes a checkpoint and ends.
 */

import { BetalabError } from "../base/errors.ts";
import { parseJson, stringifyJson } from "../base/json.ts";
import { resume, train } from "../jobs/index.ts";
import type { Place } from "../trained/index.ts";
import type { Job } from "./executor.ts";
import { Lines, type WorkerMessage } from "./messages.ts";
import { runStep } from "./steps.ts";

/** Ten messages a second are enough for a table. */
const INTERVAL = 100;

async function work(job: Job, signal: AbortSignal): Promise<void> {
  const place: Place = { ...job.place, signal };
  let told = 0;
  const onProgress = (progress: Extract<WorkerMessage, { type: "progress" }>["progress"]): void => {
    const now = performance.now();
    if (now - told < INTERVAL && progress.done < progress.total) return;
    told = now;
    tell({ type: "progress", progress });
  };
  if (job.training !== "skip") {
    const options: Place = {
      ...place,
      onDataProgress: ({ stage, done, total = 0 }) => onProgress({ stage, done, total }),
    };
    const events =
      job.training === "start" ? train(job.config, { ...options, out: job.path }) : resume(job.path, options);
    let total = 0;
    let interrupted = false;
    for await (const event of events) {
      if (event.type === "start") total = event.totalSteps;
      if (event.type === "step") {
        const { reconstruction, kl } = event.terms;
        onProgress({
          stage: "training",
          done: event.step,
          total,
          reconstruction: typeof reconstruction === "number" ? reconstruction : undefined,
          kl: typeof kl === "number" ? kl : undefined,
        });
      }
      if (event.type === "end") interrupted = event.reason === "interrupted";
    }
    // Not before the events have ended: what follows the last one is that the run writes down how it ended.
    if (interrupted) {
      tell({ type: "interrupted" });
      return;
    }
  }
  for (const step of job.steps) {
    await runStep(step, job.path, { ...place, onProgress });
    tell({ type: "step", step: step.step });
  }
}

function tell(message: WorkerMessage): void {
  process.stdout.write(`${stringifyJson(message)}\n`);
}

/** A failure as data; an interruption is none. */
function confess(error: unknown): void {
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
// A sweep that is gone reads no more; what it would be told is no reason to fail.
process.stdout.on("error", () => {});
process.stdin.setEncoding("utf8");
process.stdin.on("end", () => controller.abort());
process.stdin.on("data", (text: string) => {
  const [line] = lines.take(text);
  if (line === undefined || started) return;
  started = true;
  work(parseJson(line) as Job, controller.signal)
    .catch(confess)
    .finally(() => process.stdin.destroy());
});
