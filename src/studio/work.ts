/** A process that does one entry of a studio's queue and outlives the studio: `node dist/studio/work.js FOLDER`. */

import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve, sep } from "node:path";
import { writeFileAtomic } from "../base/disk.ts";
import { BetalabError } from "../base/errors.ts";
import { parseJson, stringifyJson } from "../base/json.ts";
import { Lease } from "../base/lease.ts";
import { withFlags } from "../cli/index.ts";
import { follow, taskFollower } from "../jobs/index.ts";
import { loadWorkbench, methodName } from "../workbench/index.ts";
import { pathBelow } from "./names.ts";
import type { Order } from "./orders.ts";
import type { QueueState } from "./queue.ts";

/** Milliseconds between two words of how far it is, and between two looks whether to stop. */
const EVERY = 400;

class Work {
  readonly #folder: string;
  #state: QueueState;
  #saidAt = Number.NEGATIVE_INFINITY;

  constructor(folder: string) {
    this.#folder = folder;
    this.#state = { status: "running", startedAt: new Date().toISOString(), notes: [], files: [] };
    this.#say();
  }

  readonly hear = taskFollower({
    log,
    note: (text) => this.#note(text),
    progress: ({ stage, done, total }) => {
      const progress = { stage, done, ...(total !== undefined && { total }) };
      this.#state = { ...this.#state, progress };
      if (performance.now() - this.#saidAt > EVERY) this.#say();
    },
  });

  end(status: QueueState["status"], more: Partial<QueueState>): void {
    const { progress: _, ...state } = this.#state;
    this.#state = { ...state, ...more, status, endedAt: new Date().toISOString() };
    log(more.error === undefined ? status : `${status}: ${more.error.message}`);
    this.#say();
  }

  #note(text: string): void {
    if (this.#state.notes.includes(text)) return;
    this.#state = { ...this.#state, notes: [...this.#state.notes, text] };
    log(text);
    this.#say();
  }

  #say(): void {
    this.#saidAt = performance.now();
    try {
      writeFileAtomic(join(this.#folder, "state.json"), stringifyJson(this.#state));
    } catch (error) {
      log((error as Error).message); // The work doesn't depend on it.
    }
  }
}

function log(line: string): void {
  process.stdout.write(`${new Date().toISOString()}  ${line}\n`);
}

async function work(folder: string): Promise<void> {
  let lease: Lease;
  try {
    lease = Lease.take(folder);
  } catch {
    return; // Another process does it already.
  }
  if (existsSync(join(folder, "state.json")) || existsSync(join(folder, "stop"))) return lease.release();
  const order = parseJson(readFileSync(join(folder, "order.json"), "utf8")) as Order;
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGUSR1"] as const) process.on(signal, () => stop.abort());
  process.on("SIGHUP", () => {});
  setInterval(() => existsSync(join(folder, "stop")) && stop.abort(), EVERY).unref();
  const told = new Work(folder);
  log(order.commandLine);
  let names: string[] = [];
  try {
    if (order.directory !== undefined) goTo(order.directory);
    const { events, jobs } = await loadWorkbench(order.configModule);
    names = Object.keys((await jobs[methodName(order.job)]!()).options.shape);
    const onEvent = told.hear;
    const running = events(order.job, order.subject, order.options, { signal: stop.signal });
    const { value, failed, save } = await follow(running, onEvent);
    const paths = await save(order.out, { onEvent });
    writeFileAtomic(join(folder, "value.json"), stringifyJson(value));
    const { status } = (value ?? {}) as { readonly status?: unknown };
    const stopped = status === "interrupted" || stop.signal.aborted;
    const ended = stopped ? "interrupted" : failed ? "failed" : "finished";
    told.end(ended, { files: paths.map((path) => placeOf(resolve(path), folder)) });
  } catch (error) {
    const shown = withFlags(error, names);
    const { code, hint } = shown instanceof BetalabError ? shown : { code: "internal", hint: undefined };
    if (code === "internal") log((error as Error).stack ?? String(error));
    const message = (shown as Error).message;
    told.end(code === "interrupted" ? "interrupted" : "failed", {
      error: { code, message, ...(hint !== undefined && { hint }) },
    });
  } finally {
    lease.release();
  }
}

/** Throws BetalabError "usage" where another machine asked, from a folder that is not here. */
function goTo(directory: string): void {
  try {
    process.chdir(directory);
  } catch (cause) {
    throw new BetalabError(
      "usage",
      `it was asked for in ${directory}, which can't be entered on ${hostname()}: ${(cause as Error).message}`,
      "ask for it in a studio of this machine, or open studios where all machines see the same path",
      { cause },
    );
  }
}

/** Of a file that was written: below `made/` of the entry, or of a run. */
function placeOf(path: string, folder: string): QueueState["files"][number] {
  const made = join(resolve(folder), "made");
  if (path.startsWith(made + sep)) return { path: pathBelow(made, path) };
  const root = resolve(folder, "../../..");
  const parts = pathBelow(root, path).split("/");
  const depth = parts.findIndex((_, i) => existsSync(join(root, ...parts.slice(0, i), "run.json")));
  return depth < 1
    ? { path: parts.join("/") }
    : { run: parts.slice(0, depth).join("/"), path: parts.slice(depth).join("/") };
}

await work(process.argv[2]!);
process.exit();
