/**
 * The queue on disk, `.studio/queue/` of the studio's folder: any number of studios see one queue, and what a process does
 * outlives them all. An entry is a folder: `order.json` says what is to be done and never changes; the process that does it
 * holds the folder's lease and writes `state.json`; `stop`, an empty file, asks it to stop.
 */

import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { makeFolder, writeFileAtomic } from "../base/disk.ts";
import { parseJson, stringifyJson } from "../base/json.ts";
import { occupant } from "../base/lease.ts";
import { isId } from "./names.ts";
import type { Order } from "./orders.ts";
import type { LogText, QueueEntry } from "./protocol.ts";
import { notThere } from "./refused.ts";

/** What its process says of an entry. */
export type QueueState = Pick<
  QueueEntry,
  "status" | "startedAt" | "endedAt" | "progress" | "notes" | "error" | "files"
>;

/** Entries that are kept after they ended; of mere looks at data, which a form asks for by itself, fewer. */
const KEPT = 200;
const KEPT_LOOKS = 20;
/** Bytes of a log that are shown: its end. */
const SHOWN = 64 << 10;

const waiting: QueueState = { status: "queued", notes: [], files: [] };
const isOver = ({ status }: Pick<QueueState, "status">): boolean =>
  status !== "queued" && status !== "running";

export class Queue {
  readonly folder: string;
  readonly #orders = new Map<string, Order>();
  readonly #states = new Map<string, { readonly stamp: string; readonly state: QueueState }>();

  /** @param home the studio's own folder, `.studio` */
  constructor(home: string) {
    this.folder = join(home, "queue");
  }

  at(id: string): string {
    return join(this.folder, id);
  }

  /** Puts an entry into the queue, whole or not at all. Throws "disk". */
  add(id: string, order: Order): QueueEntry {
    const folder = this.at(id);
    makeFolder(folder);
    try {
      if (order.file) writeFileAtomic(order.file.path, order.file.text);
      writeFileAtomic(join(folder, "order.json"), stringifyJson(order, 2));
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
    return this.entry(id);
  }

  /** Ids, the oldest first. */
  ids(): string[] {
    const names = existsSync(this.folder) ? readdirSync(this.folder).toSorted() : [];
    return names.filter((id) => isId(id) && this.#order(id) !== undefined);
  }

  /** Throws Refused 404. */
  order(id: string): Order {
    const order = isId(id) ? this.#order(id) : undefined;
    if (order === undefined) throw notThere("this entry of the queue");
    return order;
  }

  /** As it is now. Throws Refused 404. */
  entry(id: string): QueueEntry {
    const { job, request, commandLine, about } = this.order(id);
    const written = Number(id.slice(0, 8)) > 0 ? timeOf(id) : "";
    return { id, job, request, commandLine, about, submittedAt: written, ...this.#state(id) };
  }

  /** What it came to, once it is finished. */
  value(id: string): unknown {
    const file = join(this.at(id), "value.json");
    return existsSync(file) ? parseJson(readFileSync(file, "utf8")) : undefined;
  }

  log(id: string): LogText {
    return endOf(join(this.at(id), "log.txt"), id);
  }

  /** Asks it to stop; what waits never starts. */
  stop(id: string): void {
    if (!isOver(this.entry(id))) writeFileAtomic(join(this.at(id), "stop"), "");
  }

  isToStop(id: string): boolean {
    return existsSync(join(this.at(id), "stop"));
  }

  /** Forgets the oldest of what is over. */
  tidy(): void {
    const over = this.ids().filter((id) => isOver(this.#state(id)));
    const isLook = (id: string): boolean => this.order(id).job === "data inspect";
    const looks = over.filter(isLook).slice(0, -KEPT_LOOKS);
    const others = over.filter((id) => !isLook(id)).slice(0, -KEPT);
    for (const id of [...looks, ...others]) {
      rmSync(this.at(id), { recursive: true, force: true });
      this.#orders.delete(id);
      this.#states.delete(id);
    }
  }

  #order(id: string): Order | undefined {
    const known = this.#orders.get(id);
    if (known !== undefined) return known;
    const order = readJson<Order>(join(this.at(id), "order.json"));
    if (order !== undefined) this.#orders.set(id, order);
    return order;
  }

  #state(id: string): QueueState {
    const file = join(this.at(id), "state.json");
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined)
      return this.isToStop(id) && occupant(this.at(id)) === undefined ? stopped : waiting;
    const stamp = `${stat.ino} ${stat.mtimeMs}`;
    const known = this.#states.get(id);
    const state = known?.stamp === stamp ? known.state : (readJson<QueueState>(file) ?? waiting);
    this.#states.set(id, { stamp, state });
    if (state.status !== "running" || occupant(this.at(id)) !== undefined) return state;
    // Its process may have written its last word in between.
    const last = readJson<QueueState>(file) ?? state;
    if (last.status !== "running") return last;
    const message = "its process was killed; a training goes on from its last checkpoint: resume it";
    return { ...last, status: "interrupted", error: { code: "interrupted", message } };
  }
}

const stopped: QueueState = {
  status: "interrupted",
  notes: [],
  files: [],
  error: { code: "interrupted", message: "taken out of the queue" },
};

function timeOf(id: string): string {
  const [, year, month, day, hour, minute, second, rest] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})/.exec(id) ?? [];
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.${rest}Z`;
}

function readJson<T>(file: string): T | undefined {
  try {
    return parseJson(readFileSync(file, "utf8")) as T;
  } catch {
    return undefined; // Not there yet, or being removed.
  }
}

/** The end of a text file; empty where there is none. */
export function endOf(file: string, name: string): LogText {
  let handle: number;
  try {
    handle = openSync(file, "r");
  } catch {
    return { name, text: "", cut: false };
  }
  try {
    const { size } = fstatSync(handle);
    const start = Math.max(0, size - SHOWN);
    const buffer = Buffer.alloc(size - start);
    const text = buffer.toString("utf8", 0, readSync(handle, buffer, 0, buffer.length, start));
    return { name, text: start > 0 ? text.slice(text.indexOf("\n") + 1) : text, cut: start > 0 };
  } finally {
    closeSync(handle);
  }
}
