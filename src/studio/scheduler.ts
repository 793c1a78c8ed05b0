/** Starts what is in the queue, each in a process of its own; of all studios of a folder one does so, the holder of its lease. */

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeFolder } from "../base/disk.ts";
import { BetalabError } from "../base/errors.ts";
import { stringifyJson } from "../base/json.ts";
import { Lease } from "../base/lease.ts";
import { allocatedCores } from "../base/processes.ts";
import { sum } from "../base/statistics.ts";
import type { Bus } from "./bus.ts";
import type { QueueEntry } from "./protocol.ts";
import type { Queue } from "./queue.ts";
import { unlessOnDisk } from "./refused.ts";

/** Milliseconds between two looks. */
const EVERY = 400;
/** Milliseconds until an entry is tried again whose process ended without a word: a full disk. */
const PATIENCE = 15_000;

const workFile: string = fileURLToPath(new URL("./work.js", import.meta.url));

export class Scheduler {
  readonly #home: string;
  readonly #queue: Queue;
  readonly #bus: Bus;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #started = new Map<string, ChildProcess>();
  readonly #triedAt = new Map<string, number>();
  readonly #told = new Map<string, string>();
  #lease: Lease | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param home the studio's own folder */
  constructor(
    home: string,
    queue: Queue,
    bus: Bus,
    environment: Readonly<Record<string, string | undefined>>,
  ) {
    this.#home = home;
    this.#queue = queue;
    this.#bus = bus;
    this.#environment = environment;
  }

  /** @param readOnly it looks, and starts nothing */
  start(readOnly: boolean): void {
    const look = (): void => {
      unlessOnDisk(() => this.look(readOnly));
      this.#timer = setTimeout(look, EVERY).unref();
    };
    look();
  }

  /** Leaves what runs to itself. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#lease?.release();
    this.#lease = undefined;
  }

  /** All entries, the newest first. */
  entries(): QueueEntry[] {
    return this.#queue
      .ids()
      .toReversed()
      .map((id) => this.entry(id));
  }

  /** Tells what changed, and starts what can be started. */
  look(readOnly = false): void {
    const entries = this.entries();
    for (const entry of entries) {
      const text = stringifyJson(entry);
      if (this.#told.get(entry.id) === text) continue;
      this.#told.set(entry.id, text);
      this.#bus.tell("queue", entry);
    }
    const queued = entries.filter(({ status }) => status === "queued").reverse();
    if (readOnly || queued.length === 0 || !this.#holds()) return;
    const running = entries.filter(({ status }) => status === "running");
    const cores = allocatedCores();
    // Whoever asked may have had more cores than there are here: all of these are enough then.
    const threadsOf = (id: string): number => Math.min(cores, this.#queue.order(id).threads);
    let free = cores - sum(running.map(({ id }) => threadsOf(id)));
    let seats = cores - running.filter(({ id }) => threadsOf(id) === 0).length;
    let held = false;
    for (const { id } of queued) {
      if (performance.now() - (this.#triedAt.get(id) ?? Number.NEGATIVE_INFINITY) < PATIENCE) continue;
      const threads = threadsOf(id);
      // Trainings start in their order: a small one does not overtake a large one for ever.
      held ||= threads > free;
      if (threads === 0 ? seats < 1 : held) continue;
      if (threads === 0) seats--;
      free -= threads;
      this.#spawn(id);
    }
    this.#queue.tidy();
  }

  /** One of them; one whose process was started, and has not yet said a word, runs. Throws Refused 404. */
  entry(id: string): QueueEntry {
    const entry = this.#queue.entry(id);
    return entry.status === "queued" && this.#started.has(id) ? { ...entry, status: "running" } : entry;
  }

  #holds(): boolean {
    if (this.#lease !== undefined && !this.#lease.seemsLost) return true;
    this.#lease?.release();
    this.#lease = undefined;
    try {
      // Beside the queue, not above it: what every studio writes there is no matter of who starts it.
      const folder = join(this.#home, "scheduler");
      makeFolder(folder);
      this.#lease = Lease.take(folder);
      return true;
    } catch (error) {
      if (error instanceof BetalabError) return false; // Another studio does it, or the disk is full: later.
      throw error;
    }
  }

  #spawn(id: string): void {
    const folder = this.#queue.at(id);
    let log: number;
    try {
      log = openSync(join(folder, "log.txt"), "a");
    } catch {
      return; // A full disk: later.
    }
    const child = spawn(process.execPath, [workFile, folder], {
      detached: true,
      stdio: ["ignore", log, log],
      env: { ...this.#environment },
    });
    closeSync(log);
    this.#started.set(id, child);
    this.#triedAt.set(id, performance.now());
    const over = (): void => void this.#started.delete(id);
    child.on("exit", over).on("error", over);
    child.unref();
  }
}
