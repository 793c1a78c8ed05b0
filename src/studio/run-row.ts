/** One run as a row of the table, kept and read again only as far as its files changed. */

import { readdirSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { BetalabError } from "../base/errors.ts";
import { stringifyJson } from "../base/json.ts";
import { occupant } from "../base/lease.ts";
import { thinned } from "../base/lists.ts";
import { leavesOf } from "../config/index.ts";
import { type MetricRecord, parseRecord, RunDirectory, type RunInformation } from "../runs/index.ts";
import { evaluatedNumbers, latentNumbers, trainingNumbers } from "./numbers.ts";
import type { MeasureInfo, RunRow, SettingValue } from "./protocol.ts";
import { logOf } from "./records.ts";
import type { Tail } from "./tail.ts";

const POINTS = 40;
/** Milliseconds between two counts of what a run takes up. */
const BYTES_EVERY = 5000;

const contents = {
  evaluation: ["tables", "evaluation.json"],
  metrics: ["tables", "metrics.json"],
  report: ["report.html"],
  model: ["model", "model.json"],
} as const;
type Content = keyof typeof contents;

export class RunFiles {
  readonly id: string;
  readonly #folder: string;
  readonly #shown: string;
  readonly #tail: Tail;
  readonly #stamps = new Map<string, string>();
  #information: RunInformation | undefined;
  #problem: string | undefined;
  #points: number[] = [];
  #lastHeldOut: MetricRecord | undefined;
  #lastRecord: { readonly step: number; readonly epoch: number } = { step: 0, epoch: 0 };
  #measured: Record<string, number> = {};
  #bytes = 0;
  #isCounted = false;
  #countedAt = Number.NEGATIVE_INFINITY;
  row!: RunRow;
  /** The row as JSON. */
  text = "";
  /** What the metrics of its latents are. */
  measures: Readonly<Record<string, MeasureInfo>> = {};

  /**
   * @param folder the run's
   * @param shown the same, as a command line names it
   */
  constructor(id: string, folder: string, shown: string) {
    this.id = id;
    this.#folder = folder;
    this.#shown = shown;
    this.#tail = logOf(folder);
  }

  /**
   * Looks at what changed on disk; whether the row is another one now.
   *
   * @param mayCount whether there is time to count the bytes of its files
   */
  refresh(sweep: string | undefined, mayCount = true): boolean {
    try {
      return this.#look(sweep, mayCount);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      // What the disk does not give of one run hides no other; it is tried again at the next look.
      this.#stamps.clear();
      this.#information = undefined;
      this.#problem = `it can't be read: ${message.replaceAll(this.#folder, this.#shown)}`;
      return this.#becomes(this.#makeRow(undefined, sweep));
    }
  }

  #look(sweep: string | undefined, mayCount: boolean): boolean {
    const information = this.#changed("run.json");
    if (information) this.#readInformation();
    const records = this.#changed("metrics.jsonl");
    if (records) this.#readRecords();
    const files = Object.values(contents).filter((path) => this.#changed(...path)).length > 0;
    const running = this.#information?.status === "running";
    const holder = running ? occupant(this.#folder)?.name : undefined;
    this.#isCounted &&= !information && !records && !files;
    const count = mayCount && !this.#isCounted && performance.now() - this.#countedAt > BYTES_EVERY;
    const same = !information && !records && !files && !count && this.text !== "";
    if (same && holder === this.row.holder && sweep === this.row.sweep) return false;
    if (information || files) this.#readMeasured();
    if (count) {
      this.#bytes = bytesOf(this.#folder);
      this.#countedAt = performance.now();
      this.#isCounted = true;
    }
    return this.#becomes(this.#makeRow(holder, sweep));
  }

  /** Whether that is another row than before. */
  #becomes(row: RunRow): boolean {
    const before = this.text;
    this.row = row;
    this.text = stringifyJson(row);
    return this.text !== before;
  }

  #changed(...path: readonly string[]): boolean {
    const file = join(this.#folder, ...path);
    const stat = statOf(file);
    const stamp = stat === undefined ? "absent" : `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
    if (this.#stamps.get(file) === stamp) return false;
    this.#stamps.set(file, stamp);
    return true;
  }

  #has(content: Content): boolean {
    return (this.#stamps.get(join(this.#folder, ...contents[content])) ?? "absent") !== "absent";
  }

  #readInformation(): void {
    try {
      this.#information = RunDirectory.open(this.#folder).information;
      this.#problem = this.#information.error;
    } catch (error) {
      if (!(error instanceof BetalabError)) throw error;
      this.#information = undefined;
      this.#problem = error.message.replaceAll(this.#folder, this.#shown);
    }
  }

  #readRecords(): void {
    for (let more = true; more; ) {
      const piece = this.#tail.read();
      more = piece.more;
      if (piece.fromStart) {
        this.#points = [];
        this.#lastHeldOut = undefined;
        this.#lastRecord = { step: 0, epoch: 0 };
      }
      const heldOut = piece.lines.filter((line) => line.startsWith('{"split":"heldOut"'));
      // A table of a thousand runs can't check every line; the run's own view does.
      for (const line of heldOut) {
        const value = Number(/"negativeElbo":(-?[\d.]+(?:e[+-]?\d+)?)[,}]/.exec(line)?.[1]);
        if (Number.isFinite(value)) this.#points.push(value);
      }
      const last = heldOut.length > 0 ? parseRecord(heldOut.at(-1)!) : undefined;
      if (last !== undefined) this.#lastHeldOut = last;
      const newest = piece.lines.length > 0 ? parseRecord(piece.lines.at(-1)!) : undefined;
      if (typeof newest?.epoch === "number") this.#lastRecord = { step: newest.step, epoch: newest.epoch };
    }
  }

  #readMeasured(): void {
    const step = this.#stepInUse();
    const latents = this.#has("metrics") ? latentNumbers(this.#folder, step) : undefined;
    this.#measured = {
      ...(this.#has("evaluation") && evaluatedNumbers(this.#folder, step)),
      ...latents?.numbers,
    };
    this.measures = latents?.measures ?? {};
  }

  /** The step of the weights that are opened; with `keepBest` those of some earlier epoch. */
  #stepInUse(): number | undefined {
    const { config, progress } = this.#information ?? {};
    const { training } = (config ?? {}) as { readonly training?: { readonly keepBest?: boolean } };
    return training?.keepBest ? undefined : progress?.step;
  }

  #makeRow(holder: string | undefined, sweep: string | undefined): RunRow {
    const { id } = this;
    const information = this.#information;
    const common = {
      id,
      path: this.#shown,
      ...(this.#problem !== undefined && { problem: this.#problem }),
      ...(sweep !== undefined && { sweep }),
      bytes: this.#bytes,
      has: (Object.keys(contents) as Content[]).filter((one) => this.#has(one)),
    };
    if (information === undefined) {
      const progress = { step: 0, epoch: 0, epochs: 0 };
      const name = id.split("/").at(-1)!;
      const empty = { settings: {}, numbers: {}, sparkline: [], progress, seconds: 0 };
      return { ...common, name, status: "unreadable", ...empty };
    }
    const { name, status, createdAt, updatedAt, data, timings } = information;
    const preset = presetOf(information);
    const running = status === "running" && holder !== undefined;
    const { progress: written } = information;
    // `run.json` is written at checkpoints; records come more often.
    const progress = running && this.#lastRecord.step > written.step ? this.#lastRecord : written;
    const secondsLeft = running ? secondsLeftOf(information, progress.step) : undefined;
    return {
      ...common,
      name,
      status: status === "running" && !running ? "dead" : status,
      ...(holder !== undefined && { holder }),
      ...(preset !== undefined && { preset }),
      data: data.name,
      settings: settingsOf(information.config),
      numbers: { ...trainingNumbers(this.#lastHeldOut), ...this.#measured },
      sparkline: thinned(this.#points, POINTS),
      progress: { step: progress.step, epoch: progress.epoch, epochs: written.epochs },
      ...(secondsLeft !== undefined && { secondsLeft }),
      createdAt,
      updatedAt,
      seconds: timings.seconds,
    };
  }
}

/** Nothing where nothing is, also because a part of the path is a file. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw error;
  }
}

/** By dotted key, all but the name. */
export const settingsOf = (config: unknown): Record<string, SettingValue> =>
  Object.fromEntries(
    leavesOf(config, { cut: true }).filter(([key]) => key !== "" && key !== "name"),
  ) as Record<string, SettingValue>;

function presetOf({ origins }: RunInformation): string | undefined {
  const named = Object.values(origins ?? {}).find((origin) => origin.startsWith("preset "));
  return named?.slice("preset ".length);
}

function secondsLeftOf(
  { config, data, progress, timings }: RunInformation,
  step: number,
): number | undefined {
  const { batchSize } = (config as { readonly data?: { readonly batchSize?: number } }).data ?? {};
  if (batchSize === undefined || timings.imagesPerSecond <= 0) return undefined;
  const steps = progress.epochs * Math.ceil(data.counts.train / batchSize);
  return (Math.max(0, steps - step) * batchSize) / timings.imagesPerSecond;
}

function bytesOf(folder: string): number {
  let bytes = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) bytes += bytesOf(path);
      else if (entry.isFile()) bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    }
  } catch {
    // It is being deleted.
  }
  return bytes;
}
