/**
 * The calls of `lease-protocol.ts` on a disk, and how old a holder's last beat is. Ages are differences of times that the
 * file system itself gave to two files of the folder: clocks of machines are not compared.
 */
import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { discard, diskError, temporariesOf, temporaryPath } from "./disk.ts";
import {
  type Answer,
  type DiskCall,
  type Holder,
  isLeaseName,
  LEASE,
  parseHolder,
  releaseMark,
  type Steps,
} from "./lease-protocol.ts";

/** Seconds since the holder's last beat, by the file system's own clock. */
export function ageOf(folder: string, { token }: Holder): number {
  const names = readdirSync(folder).filter(isLeaseName);
  const own = names.map((name) => look(join(folder, name))).find((found) => found?.token === token);
  return own === undefined ? Number.POSITIVE_INFINITY : (now(folder) - own.modified) / 1000;
}

function look(path: string): { readonly token: string; readonly modified: number } | undefined {
  try {
    // Opened, since network drives may tell an old time of a file that is not.
    const file = openSync(path, "r");
    try {
      return { token: parseHolder(readFileSync(file, "utf8")).token, modified: fstatSync(file).mtimeMs };
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

/** What time it is where the folder lies; by our own clock where we can't write. */
function now(folder: string): number {
  const probe = temporaryPath(join(folder, LEASE));
  try {
    writeFileSync(probe, "", { flag: "wx" });
    return statSync(probe).mtimeMs;
  } catch {
    return Date.now();
  } finally {
    discard(probe);
  }
}

/** Marks our own file as released, whatever its name leads to by then. */
export function markReleased(path: string, token: string): void {
  try {
    const file = openSync(path, "r+");
    try {
      const text = readFileSync(file, "utf8");
      const released = releaseMark(text);
      if (parseHolder(text).token === token) writeSync(file, released.text, released.at);
    } finally {
      closeSync(file);
    }
  } catch {
    // The folder is gone, or the disk: the lease grows old by itself.
  }
}

/** Carries steps of the protocol out. Throws "disk" when the folder can't be written. */
export function run<R>(folder: string, steps: Steps<R>): R {
  for (let at = steps.next(); ; ) {
    if (at.done) return at.value;
    try {
      at = steps.next(carryOut(folder, at.value));
    } catch (error) {
      throw diskError(error, join(folder, LEASE));
    }
  }
}

function carryOut(folder: string, made: DiskCall): Answer {
  const at = (name: string): string => join(folder, name);
  switch (made.call) {
    case "create":
      writeDurable(at(made.name), made.text);
      return undefined;
    case "link":
      return link(at(made.from), at(made.to));
    case "rename":
      return unless("ENOENT", () => renameSync(at(made.from), at(made.to))) !== false;
    case "remove":
      rmSync(at(made.name), { force: true });
      return undefined;
    case "read": {
      const text = unless("ENOENT", () => readFileSync(at(made.name), "utf8"));
      return text === false ? undefined : (text as string);
    }
    case "temporaries":
      return temporariesOf(folder, made.pid);
  }
}

function writeDurable(path: string, text: string): void {
  const file = openSync(path, "wx");
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Gives a file a second name that must be free. */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT") return false;
    // A network drive may have done it and lost the answer.
    if (code === "EEXIST") {
      // Who took the folder over meanwhile has removed our temporary file: then the name is not ours.
      const [own, there] = [from, to].map((path) => statSync(path, { throwIfNoEntry: false })?.ino);
      return own !== undefined && own === there;
    }
    // A file system without hard links (FAT, some network drives).
    return unless("EEXIST", () => writeDurable(to, readFileSync(from, "utf8"))) !== false;
  }
}

/** The result, or false where it fails with that code. */
function unless<R>(code: string, work: () => R): R | false {
  try {
    return work();
  } catch (error) {
    if (codeOf(error) === code) return false;
    throw error;
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
