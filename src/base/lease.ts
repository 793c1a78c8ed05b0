/**
 * The lease of a folder that several machines may share: at most one process writes there. It is advice among betalab
 * processes. The protocol is in `lease-protocol.ts`, its disk calls in `lease-disk.ts`; here is the beat that shows that
 * the holder lives. A thread of its own writes it, since a training step can block the event loop for many seconds.
 */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { guardFolder, temporaryPath } from "./disk.ts";
import { BetalabError } from "./errors.ts";
import { showValue } from "./issues.ts";
import { ageOf, markReleased, run } from "./lease-disk.ts";
import { beatMark, chain, claim, formatHolder, type Holder, holds, LEASE } from "./lease-protocol.ts";
import { machineId, processExists, processStart } from "./processes.ts";

/** Seconds without a beat after which a lease is taken over. */
const PERIOD = 60;
const LONGEST_PERIOD = 86_400;
/** Beats in a period: so many must fail in a row before anybody takes over. */
const BEATS = 6;

const STATE = { held: 0, over: 1, lost: 2 };

/** Who holds a folder, for people. */
export interface Occupant {
  readonly holder: Holder;
  /** "process 12 on node-a" */
  readonly name: string;
  /** Seconds since its last beat. */
  readonly age: number;
}

/** The living holder of the folder; `undefined` where its last one let go, died, or has been silent for its period. */
export function occupant(folder: string): Occupant | undefined {
  const holder = run(folder, chain()).at(-1);
  if (holder === undefined || holder.released || hasDied(holder)) return undefined;
  const age = ageOf(folder, holder);
  if (age >= holder.period) return undefined;
  const here = holder.host === hostname();
  return { holder, age, name: `process ${holder.pid}${here ? "" : ` on ${holder.host}`}` };
}

/**
 * Tells the holder of a folder to stop, which it does with a checkpoint.
 *
 * @throws BetalabError "run" where it is on another machine, or somebody else's.
 */
export function stopOccupant(folder: string, { holder, name }: Occupant): void {
  if (!isHere(holder)) {
    throw new BetalabError("run", `${folder} is worked on by ${name}`, "stop it there");
  }
  try {
    process.kill(holder.pid, "SIGTERM");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ESRCH") return; // It has just ended.
    const hint = "whoever started it can stop it";
    throw new BetalabError("run", `${folder} is worked on by ${name} of somebody else`, hint, { cause });
  }
}

export interface LeaseOptions {
  /** Takes over from a living holder too. Default: false. */
  readonly takeOver?: boolean | undefined;
}

/** A folder that this process holds. Below it, files are written whole only as long as it does. */
export class Lease {
  readonly folder: string;
  readonly #token: string;
  readonly #state = new Int32Array(new SharedArrayBuffer(4));
  readonly #beat: Worker;
  readonly #unguard: () => void;

  /**
   * Takes the folder, at once or not at all.
   *
   * @throws BetalabError "run" naming who holds it; "disk"; "config" as `leasePeriod`.
   */
  static take(folder: string, { takeOver = false }: LeaseOptions = {}): Lease {
    const mine = ourselves();
    // A second and a third look are for what others did in between.
    for (let attempt = 0; attempt < 3; attempt++) {
      const seen = run(folder, chain());
      const other = takeOver ? undefined : occupant(folder);
      if (other !== undefined) throw inUse(folder, other);
      const temporary = temporaryPath(join(folder, LEASE)).slice(folder.length + 1);
      if (run(folder, claim(mine, seen, temporary))) return new Lease(folder, mine);
    }
    throw new BetalabError("run", `${folder} is being opened by another process`, "try again");
  }

  private constructor(folder: string, mine: Holder) {
    this.folder = folder;
    this.#token = mine.token;
    this.#unguard = guardFolder(folder, () => this.check());
    const { at } = beatMark(formatHolder(mine), 0);
    const interval = (mine.period * 1000) / BEATS;
    const workerData = { path: join(folder, LEASE), token: mine.token, state: this.#state, at, interval };
    this.#beat = new Worker(beatSource, { eval: true, workerData });
    this.#beat.on("error", () => {}); // Without beats the lease grows old, and `check` says so.
    this.#beat.unref();
  }

  /** Whether a beat found that somebody took over: costs nothing. `check` is certain. */
  get seemsLost(): boolean {
    return Atomics.load(this.#state, 0) === STATE.lost;
  }

  /** @throws BetalabError "run" when somebody has taken over. */
  check(): void {
    if (!this.seemsLost && run(this.folder, holds(this.#token))) return;
    Atomics.store(this.#state, 0, STATE.lost);
    const other = occupant(this.folder);
    throw new BetalabError(
      "run",
      `${this.folder} was taken over${other === undefined ? "" : ` by ${other.name}`} while this process was stalled`,
      "nothing was written since; the other one goes on",
    );
  }

  /** Lets go; harmless when called again, or when somebody took over. */
  release(): void {
    if (Atomics.exchange(this.#state, 0, STATE.over) === STATE.over) return;
    this.#unguard();
    void this.#beat.terminate();
    markReleased(join(this.folder, LEASE), this.#token);
  }
}

/** Of leases that this process takes, in seconds. Throws "config" where `BETALAB_LEASE` is no such number. */
export function leasePeriod(): number {
  const text = process.env.BETALAB_LEASE ?? "";
  if (text === "") return PERIOD;
  const seconds = Number(text);
  if (seconds > 0 && seconds <= LONGEST_PERIOD) return seconds;
  const expected = `expected seconds, more than 0 and at most ${LONGEST_PERIOD} (a day)`;
  throw new BetalabError("config", `BETALAB_LEASE is ${showValue(text)}: ${expected}`);
}

function ourselves(): Holder {
  const [started, machine] = [processStart(process.pid), machineId()];
  return {
    token: randomBytes(9).toString("hex"),
    pid: process.pid,
    host: hostname(),
    ...(machine !== undefined && { machine }),
    ...(started !== undefined && { started }),
    period: leasePeriod(),
    released: false,
  };
}

const isHere = ({ host, machine }: Holder): boolean => host === hostname() && machine === machineId();

/** Certain only of processes of this machine; of others, silence tells. */
function hasDied(holder: Holder): boolean {
  const { pid, started } = holder;
  if (!isHere(holder)) return false;
  if (!processExists(pid)) return true;
  const now = processStart(pid);
  return now !== undefined && started !== undefined && now !== started;
}

const beatSource = `
const { readFileSync, openSync, writeSync, fsyncSync, closeSync } = require("node:fs");
const { path, token, state, at, interval } = require("node:worker_threads").workerData;
const isOurs = (file) => readFileSync(file, "utf8").includes(token);
const file = openSync(path, "r+");
if (!isOurs(file)) { Atomics.compareExchange(state, 0, ${STATE.held}, ${STATE.lost}); closeSync(file); }
else {
  let beat = 0;
  const timer = setInterval(() => {
    try {
      if (Atomics.load(state, 0) === ${STATE.held}) {
        writeSync(file, String(++beat).padStart(12, "0"), at);
        fsyncSync(file);
        if (isOurs(path)) return;
      }
    } catch (error) {
      if (error.code !== "ENOENT" && error.code !== "ESTALE") return; // A full disk or a lost line may come back.
    }
    Atomics.compareExchange(state, 0, ${STATE.held}, ${STATE.lost});
    clearInterval(timer);
    closeSync(file);
  }, interval);
}`;

function inUse(folder: string, { name, age, holder }: Occupant): BetalabError {
  return new BetalabError(
    "run",
    `${folder} is in use by ${name}, heard of ${age.toFixed(0)} s ago`,
    isHere(holder)
      ? "wait for it, or stop it first; resume can take it over (`takeOver`)"
      : `if that process is gone, this goes away ${holder.period} s after it was last heard of; resume with \`takeOver\` doesn't wait`,
  );
}
