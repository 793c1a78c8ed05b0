/** All runs and sweeps of a folder as rows, kept up to date by looking again and again: folders on network drives tell nobody. */

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as immediate } from "node:timers/promises";
import { BetalabError } from "../base/errors.ts";
import { stringifyJson } from "../base/json.ts";
import { occupant } from "../base/lease.ts";
import { findRuns, readRecord, type SweepRecord, standing } from "../runs/index.ts";
import { type Tagged, tagged } from "./answers.ts";
import type { Bus } from "./bus.ts";
import { pathBelow } from "./names.ts";
import { measures } from "./numbers.ts";
import type { RunRow, RunsTable, SweepDetail, SweepRow } from "./protocol.ts";
import { readable, unlessOnDisk } from "./refused.ts";
import { RunFiles } from "./run-row.ts";

/** Milliseconds between two looks, while anybody listens. A look may take a twentieth of the time. */
const EVERY = 700;
const SHARE = 20;
const SELDOM = 5000;
/** Milliseconds of a look after which no more bytes are counted: a thousand runs are shown first, and counted by and by. */
const COUNTING = 50;
/** Milliseconds of the first look after which requests are answered. */
const PIECE = 15;
/** Milliseconds of the first look after which what was read is told, rather than all at its end. */
const FIRST = 150;

/** A sweep's record, or why it can't be read; neither where it is going. */
type ReadSweep = { readonly record?: SweepRecord | undefined; readonly problem?: string };

export class RunsIndex {
  readonly #root: string;
  readonly #shown: string;
  readonly #bus: Bus;
  readonly #runs = new Map<string, RunFiles>();
  readonly #sweeps = new Map<string, { readonly stamp: string } & ReadSweep>();
  #sweepRows: readonly SweepRow[] = [];
  #varying: readonly string[] = [];
  #measures: RunsTable["measures"] = measures;
  #table: Tagged | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #tookMilliseconds = 0;
  #isReading = false;
  #read: Promise<void> = Promise.resolve();

  /**
   * @param root the folder
   * @param shown the same, as it was given
   */
  constructor(root: string, shown: string, bus: Bus) {
    this.#root = root;
    this.#shown = shown;
    this.#bus = bus;
  }

  /** Looks now, and again and again until `stop`. The first look lets others work in between; resolves when it is done. */
  start(): Promise<void> {
    this.#read = this.#readAll();
    return this.#read;
  }

  async #readAll(): Promise<void> {
    this.#isReading = true;
    const look = this.#look();
    for (let isDone = false; !isDone; await immediate()) {
      const until = performance.now() + PIECE;
      unlessOnDisk(() => {
        while (!isDone && performance.now() < until) isDone = look.next().done === true;
      });
    }
    this.#isReading = false;
    const again = (): void => {
      this.#timer = setTimeout(() => {
        if (this.#bus.isHeard) unlessOnDisk(() => this.refresh());
        again();
      }, this.#pause).unref();
    };
    again();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** How a command line names what is at `id`. */
  pathOf(id: string): string {
    return join(this.#shown, ...id.split("/"));
  }

  /** The row as it is now, whenever it was looked at last. */
  row(id: string): RunRow | undefined {
    const files = this.#runs.get(id);
    if (files === undefined || !existsSync(join(this.#root, ...id.split("/"), "run.json"))) this.refresh();
    else if (files.refresh(files.row.sweep)) this.#changed([files.row], []);
    return this.#runs.get(id)?.row;
  }

  /** A sweep as it is now; without a record where that can't be read, as its row says. */
  sweep(id: string): { readonly row: SweepRow; readonly record: SweepRecord | undefined } | undefined {
    this.refresh();
    const row = this.#sweepRows.find((one) => one.id === id);
    return row && { row, record: this.#sweeps.get(id)?.record };
  }

  /** The runs that are there of a sweep, whatever its record says. */
  runsOf(id: string): SweepDetail["runs"] {
    const rows = [...this.#runs.values()].map(({ row }) => row).filter(({ sweep }) => sweep === id);
    return rows.map((row) => ({
      name: row.name,
      id: row.id,
      status: plainStatus(row.status),
      settings: row.settings,
      ...(row.problem !== undefined && { error: row.problem }),
    }));
  }

  /** What its sweep calls the run at `id`, whose folder may have an older name. */
  nameInSweep({ id, sweep }: Pick<RunRow, "id" | "sweep">): string | undefined {
    const own = sweep === undefined ? undefined : id.slice(sweep.length + 1);
    const runs = this.#sweeps.get(sweep ?? "")?.record?.runs ?? [];
    return runs.find(({ name, folder = name }) => folder === own)?.name ?? own;
  }

  /** `table` once all runs have been read. */
  async wholeTable(): Promise<Tagged> {
    await this.#read;
    return this.table();
  }

  /** `RunsTable` as JSON, not older than a look ago; during the first look, what has been read by then. */
  table(): Tagged {
    if (!this.#isReading && performance.now() - this.#lookedAt > this.#pause) this.refresh();
    this.#table ??= tagged(this.#tableText());
    return this.#table;
  }

  #tableText(): string {
    const rows = [...this.#runs.values()].toSorted(newestFirst).map(({ text }) => text);
    const others = { sweeps: this.#sweepRows, varying: this.#varying, measures: this.#measures };
    return `{"rows":[${rows}],${stringifyJson(others).slice(1)}`;
  }

  /** Reads what changed on disk, and tells it. */
  refresh(): void {
    for (const _ of this.#look());
  }

  /** The same, run by run. */
  *#look(): Generator<void, void, void> {
    const began = performance.now();
    const found = findRuns(this.#root);
    const sweeps = new Set(found.sweeps.map((path) => this.#idOf(path)));
    const runs = new Map(found.runs.map((path) => [this.#idOf(path), path]));
    const removed = [...this.#runs.keys()].filter((id) => !runs.has(id));
    for (const id of removed) this.#runs.delete(id);
    const changed: RunRow[] = [];
    let toldAt = began;
    for (const [id, path] of runs) {
      const files = this.#runs.get(id) ?? new RunFiles(id, path, this.pathOf(id));
      const mayCount = performance.now() - began < COUNTING;
      if (files.refresh(sweepOf(id, sweeps), mayCount)) changed.push(files.row);
      this.#runs.set(id, files);
      if (this.#isReading && performance.now() - toldAt > FIRST) {
        this.#changed(changed.splice(0), removed);
        toldAt = performance.now();
      }
      yield;
    }
    if (changed.length + removed.length > 0) this.#changed(changed, removed);
    this.#readSweeps(found.sweeps);
    this.#lookedAt = performance.now();
    this.#tookMilliseconds = this.#lookedAt - began;
  }

  /** Milliseconds until the next look. */
  get #pause(): number {
    return Math.min(SELDOM, Math.max(EVERY, SHARE * this.#tookMilliseconds));
  }

  #idOf(path: string): string {
    return pathBelow(this.#root, path);
  }

  #changed(rows: readonly RunRow[], removed: readonly string[]): void {
    const all = [...this.#runs.values()];
    this.#varying = varyingKeys(all.map(({ row }) => row));
    this.#measures = Object.assign({}, measures, ...all.map((files) => files.measures));
    this.#table = undefined;
    this.#bus.tell("runs", { rows, removed, varying: this.#varying, measures: this.#measures });
  }

  #readSweeps(paths: readonly string[]): void {
    const known = new Set(paths.map((path) => this.#idOf(path)));
    for (const id of this.#sweeps.keys()) if (!known.has(id)) this.#sweeps.delete(id);
    for (const path of paths) {
      const id = this.#idOf(path);
      const stat = statSync(join(path, "sweep.json"), { throwIfNoEntry: false });
      const stamp = `${stat?.ino} ${stat?.mtimeMs}`;
      if (this.#sweeps.get(id)?.stamp !== stamp)
        this.#sweeps.set(id, { stamp, ...this.#readSweep(id, path) });
    }
    const rows = [...this.#sweeps].flatMap(([id, read]) => this.#sweepRow(id, read) ?? []);
    if (stringifyJson(rows) === stringifyJson(this.#sweepRows)) return;
    this.#sweepRows = rows;
    this.#table = undefined;
    this.#bus.tell("sweeps", rows);
  }

  #readSweep(id: string, path: string): ReadSweep {
    try {
      return { record: readRecord(path) };
    } catch (error) {
      if (!(error instanceof BetalabError)) throw error;
      const { message, hint } = error;
      return {
        problem: `${message.replaceAll(path, this.pathOf(id))}${hint === undefined ? "" : `; ${hint}`}`,
      };
    }
  }

  #sweepRow(id: string, { record, problem }: ReadSweep): SweepRow | undefined {
    if (record === undefined && problem === undefined) return undefined;
    const counts = { waiting: 0, running: 0, finished: 0, failed: 0, interrupted: 0 };
    const holder = readable(() => occupant(join(this.#root, ...id.split("/"))))?.name;
    const on = record && (record.on ?? "local");
    const isHeld = on !== "local" || holder !== undefined;
    for (const run of record?.runs ?? []) {
      const row = this.#runs.get(`${id}/${run.folder ?? run.name}`)?.row;
      counts[standing(run, row && { ...row, status: plainStatus(row.status) }, isHeld).status]++;
    }
    // What it planned is not known; what is there is.
    if (record === undefined) for (const { status } of this.runsOf(id)) counts[status]++;
    return {
      id,
      path: this.pathOf(id),
      name: record?.name ?? id.split("/").at(-1)!,
      counts,
      keys: [...new Set((record?.runs ?? []).flatMap(({ settings }) => Object.keys(settings)))],
      ...(on !== undefined && { on }),
      ...(problem !== undefined && { problem }),
      ...(holder !== undefined && { holder }),
    };
  }
}

const plainStatus = (status: RunRow["status"]) =>
  status === "dead" ? "interrupted" : status === "unreadable" ? "failed" : status;

function sweepOf(id: string, sweeps: ReadonlySet<string>): string | undefined {
  for (let at = id.lastIndexOf("/"); at > 0; at = id.lastIndexOf("/", at - 1)) {
    if (sweeps.has(id.slice(0, at))) return id.slice(0, at);
  }
  return undefined;
}

function newestFirst({ row: a }: RunFiles, { row: b }: RunFiles): number {
  return (b.createdAt ?? "").localeCompare(a.createdAt ?? "") || a.id.localeCompare(b.id);
}

/** Keys that some rows have with different values, or that some lack. */
function varyingKeys(rows: readonly RunRow[]): string[] {
  const readable = rows.filter(({ status }) => status !== "unreadable");
  const seen = new Map<string, { readonly text: string; count: number; varies: boolean }>();
  for (const { settings } of readable) {
    for (const [key, value] of Object.entries(settings)) {
      const text = typeof value === "object" ? JSON.stringify(value) : String(value);
      const known = seen.get(key);
      if (known === undefined) seen.set(key, { text, count: 1, varies: false });
      else {
        known.count++;
        known.varies ||= known.text !== text;
      }
    }
  }
  return [...seen].filter(([, { count, varies }]) => varies || count < readable.length).map(([key]) => key);
}
