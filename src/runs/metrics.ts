/**
 * `metrics.jsonl`: one JSON object a line, appended while a run trains and read by everything that draws or
 * compares. It knows nothing of what the numbers mean; each line has a `step`, the rest is the trainer's, and a checksum.
 */

import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readFileSync } from "node:fs";
import { crc32Text } from "../base/checksum.ts";
import { checkGuards, diskError, onDisk, writeAll, writeFileAtomic } from "../base/disk.ts";
import { BetalabError } from "../base/errors.ts";
import { plural } from "../base/format.ts";
import { parseJson, stringifyJson } from "../base/json.ts";

/** One line. Non-finite numbers are numbers here and the strings "NaN", "Infinity", "-Infinity" in the file. */
export interface MetricRecord {
  /** The training steps done when it was measured. */
  readonly step: number;
  readonly [key: string]: unknown;
}

export class MetricsFile {
  readonly path: string;
  private file: number | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Appends one line in one write. Typed arrays become arrays.
   *
   * @throws BetalabError "disk"; the file then ends where it ended before, unless the disk takes nothing any more.
   */
  append(record: MetricRecord): void {
    const line = new TextEncoder().encode(`${sealed(record)}\n`);
    let before: number | undefined;
    try {
      this.file ??= this.openForAppending();
      checkGuards(this.path);
      before = fstatSync(this.file).size;
      writeAll(this.file, line);
    } catch (error) {
      if (this.file !== undefined && before !== undefined) cutBack(this.file, before);
      throw diskError(error, this.path, line.length);
    }
  }

  /** Makes the lines so far durable. Called at the end of an epoch and before each checkpoint: it takes a while. */
  sync(): void {
    const { file } = this;
    if (file !== undefined) onDisk(this.path, () => fsyncSync(file));
  }

  /** Flushes and closes; a later `append` opens it again. */
  close(): void {
    if (this.file === undefined) return;
    this.sync();
    closeSync(this.file);
    this.file = undefined;
  }

  /**
   * All records in the order written; none when there is no file yet. A last line that was cut off by a killed
   * process is left out.
   *
   * @throws BetalabError "run" naming file and line for any other line that is not a record.
   */
  read(): MetricRecord[] {
    const { lines, rest } = this.readLines();
    const records = lines.map((line, index) => {
      const record = parseRecord(line);
      if (record !== undefined) return record;
      throw new BetalabError(
        "run",
        `${this.path}:${index + 1} is not a JSON object with a step`,
        "`betalab resume` keeps the lines that can be read, and the file as it was beside them",
      );
    });
    const last = parseRecord(rest);
    return last === undefined ? records : [...records, last];
  }

  /**
   * Drops, atomically, the lines whose step is greater than `step` (and a cut-off last line): those that resuming
   * from a checkpoint at `step` writes again. Returns how many it dropped. The file is always a new one afterwards: who
   * has the old one open, and had the run, appends to nothing.
   *
   * @param isAgain which lines of `step` itself are written again as well; default: none
   */
  truncateAfter(step: number, isAgain: (record: MetricRecord) => boolean = () => false): number {
    this.close();
    const records = this.read();
    const kept = records.filter((record) => record.step < step || (record.step === step && !isAgain(record)));
    if (existsSync(this.path)) {
      writeFileAtomic(this.path, kept.map((record) => `${sealed(record)}\n`).join(""));
    }
    return records.length - kept.length;
  }

  /**
   * Where lines are broken (but for a last one that a killed process cut off): only the readable ones stay, and the file
   * as it was is kept beside it as `metrics.jsonl.broken-1`, or with the first free number. Returns what was lost, a
   * sentence; nothing where nothing was.
   */
  salvage(): string[] {
    this.close();
    const { all, records } = this.parseAll();
    const [first, last] = [records.indexOf(undefined), records.lastIndexOf(undefined)];
    if (first === -1) return [];
    let aside = `${this.path}.broken-1`;
    for (let i = 2; existsSync(aside); i++) aside = `${this.path}.broken-${i}`;
    writeFileAtomic(aside, readFileSync(this.path));
    const kept = all.filter((_, i) => records[i] !== undefined);
    writeFileAtomic(this.path, kept.map((line) => `${line}\n`).join(""));
    const [before, after] = [records[first - 1]?.step, records[last + 1]?.step];
    const where = [
      first === last ? `line ${first + 1}` : `between lines ${first + 1} and ${last + 1}`,
      ...(before === undefined ? [] : [`after step ${before}`]),
      ...(after === undefined ? [] : [`before step ${after}`]),
    ];
    const lost = all.length - kept.length;
    return [
      `${this.path}: ${lost} of ${plural(all.length, "line")} can't be read and ${lost === 1 ? "is" : "are"} left out (${where.join(", ")}); the file as it was is kept as ${aside}`,
    ];
  }

  /** The numbers, from 1, of the lines that `salvage` would leave out. */
  brokenLines(): number[] {
    return this.parseAll().records.flatMap((record, i) => (record === undefined ? [i + 1] : []));
  }

  /** All lines but for a last one that a killed process cut off; a broken one is no record. */
  private parseAll(): { all: string[]; records: (MetricRecord | undefined)[] } {
    const { lines, rest } = this.readLines();
    const cutOff = rest === "" || (rest.startsWith("{") && parseRecord(rest) === undefined);
    const all = cutOff ? lines : [...lines, rest];
    return { all, records: all.map(parseRecord) };
  }

  /** Opens the file, first mending an end without newline: a whole line gets one, a cut-off one goes. */
  private openForAppending(): number {
    const { rest } = this.readLines();
    const file = openSync(this.path, "a");
    if (parseRecord(rest) !== undefined) writeAll(file, new TextEncoder().encode("\n"));
    else if (rest !== "") ftruncateSync(file, fstatSync(file).size - restBytes(this.path));
    return file;
  }

  /** The lines that end in a newline, and what follows the last newline. */
  private readLines(): { lines: string[]; rest: string } {
    let text: string;
    try {
      text = readFileSync(this.path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return { lines: [], rest: "" };
      const why = (error as Error).message;
      throw new BetalabError("run", `can't read ${this.path}: ${why}`, undefined, { cause: error });
    }
    const lines = text.split("\n");
    return { rest: lines.pop()!, lines };
  }
}

/** What failed before it is told: half a last line is left out by whoever reads. */
function cutBack(file: number, length: number): void {
  try {
    ftruncateSync(file, length);
  } catch {
    // A disk that is gone, or has become read-only.
  }
}

/** Bytes after the last newline: a line cut inside a character has another length as text. */
function restBytes(path: string): number {
  const bytes = readFileSync(path);
  return bytes.length - 1 - bytes.lastIndexOf("\n");
}

/** A line ends with the CRC-32 of the record without it. */
const SEAL = /,"crc32":"([0-9a-f]{8})"\}$/;

function sealed(record: MetricRecord): string {
  const text = stringifyJson(record);
  return `${text.slice(0, -1)},"crc32":"${crc32Text(new TextEncoder().encode(text))}"}`;
}

/** A line that is no record, or doesn't have its checksum, is `undefined`. */
export function parseRecord(line: string): MetricRecord | undefined {
  if (line.includes("\uFFFD")) return undefined; // Bytes that are not UTF-8 became it, and nobody writes it.
  const seal = SEAL.exec(line);
  const text = seal === null ? line : `${line.slice(0, seal.index)}}`;
  if (seal !== null && crc32Text(new TextEncoder().encode(text)) !== seal[1]) return undefined;
  try {
    const value = parseJson(text);
    if (typeof value !== "object" || value === null) return undefined;
    return typeof (value as { step?: unknown }).step === "number" ? (value as MetricRecord) : undefined;
  } catch {
    return undefined;
  }
}
