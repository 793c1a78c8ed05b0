/**
 * A run directory as a list of its files, each cut into pieces that are named by their SHA-256: what travels where machines share no
 * disk. A piece that is there already is not sent again, so a transfer that was cut off goes on where it stopped.
 */

import { createHash } from "node:crypto";
import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  type Stats,
  statSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { z } from "zod";
import { AtomicFile, makeFolder } from "../../base/disk.ts";

const PIECE = 1 << 20;

const hash = z.string().regex(/^[0-9a-f]{64}$/);

export const manifestSchema = z.strictObject({
  files: z.array(
    z.strictObject({
      /** Relative to the run directory, with slashes; "../log" is the task's log. */
      path: z
        .string()
        .refine(
          (path) => path === LOG || path.split("/").every((part) => part !== "" && !/^\.|[\\:]/.test(part)),
          "leaves its folder",
        ),
      bytes: z.int().nonnegative(),
      pieces: z.array(hash),
    }),
  ),
});

export type Manifest = z.infer<typeof manifestSchema>;
type File = Manifest["files"][number];

export const LOG = "../log";

/** Where a run and its log lie. */
export interface Home {
  readonly run: string;
  readonly log: string;
}

const placeOf = ({ run, log }: Home, path: string): string => (path === LOG ? log : join(run, path));

/** Looks at a run again and again, and reads only what changed since. */
export class Sender {
  readonly #home: Home;
  readonly #known = new Map<string, { readonly stamp: string; readonly file: File }>();

  constructor(home: Home) {
    this.#home = home;
  }

  /**
   * The run as it is, also while somebody writes it: checkpoints first and `run.json` last, so that a copy is what a process
   * that was killed here would have left.
   *
   * @param has whether a piece is there already
   */
  async look(
    has: (piece: string) => boolean,
    send: (piece: string, bytes: Buffer) => Promise<void>,
  ): Promise<Manifest> {
    for (;;) {
      try {
        const files: File[] = [];
        for (const path of list(this.#home)) files.push(await this.#read(path, has, send));
        return { files };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
        // A checkpoint that was there is older than the newest two by now: once more.
      }
    }
  }

  async #read(
    path: string,
    has: (piece: string) => boolean,
    send: (piece: string, bytes: Buffer) => Promise<void>,
  ): Promise<File> {
    const opened = openSync(placeOf(this.#home, path), "r");
    try {
      const stat = fstatSync(opened);
      const known = this.#known.get(path);
      if (known?.stamp === stampOf(stat) && known.file.pieces.every(has)) return known.file;
      const pieces: string[] = [];
      for (let at = 0; at < stat.size; ) {
        const bytes = Buffer.alloc(Math.min(PIECE, stat.size - at));
        const count = readSync(opened, bytes, 0, bytes.length, at);
        if (count === 0) break; // It was cut meanwhile; its next state follows.
        const piece = sha256(bytes.subarray(0, count));
        if (!has(piece)) await send(piece, bytes.subarray(0, count));
        pieces.push(piece);
        at += count;
      }
      const file = { path, bytes: stat.size, pieces };
      this.#known.set(path, { stamp: stampOf(stat), file });
      return file;
    } finally {
      closeSync(opened);
    }
  }
}

const stampOf = ({ size, mtimeMs, ino }: Stats): string => `${size} ${mtimeMs} ${ino}`;
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The files that travel: not the lease, which is of one machine, nor what can be made anew, nor what is half written. */
function list({ run, log }: Home): string[] {
  const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;
  const entries = isThere(run) ? readdirSync(run, { withFileTypes: true, recursive: true }) : [];
  const found = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(run, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));
  const travels = (path: string): boolean => !/(^|\/)\./.test(path) && !/^(lease|cache\/)/.test(path);
  const rank = (path: string): number =>
    path.startsWith("checkpoints/") ? 0 : path === "metrics.jsonl" ? 2 : path === "run.json" ? 3 : 1;
  const files = found.filter(travels).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return isThere(log) ? [LOG, ...files] : files;
}

/** What became of a transfer: a piece that is gone means that a newer manifest is there, or that the store lost it. */
export type Received = "whole" | "gone" | "damaged";

/**
 * Brings the files of a manifest home, each whole or as it was, `run.json` last. Those that are there already are left.
 *
 * @param fetch a piece, or nothing where it is gone
 * @throws BetalabError "disk"
 */
export async function receive(
  { files }: Manifest,
  home: Home,
  fetch: (piece: string) => Promise<Buffer | null>,
): Promise<Received> {
  for (const file of files) {
    const path = placeOf(home, file.path);
    if (isHome(path, file)) continue;
    makeFolder(dirname(path));
    const made = new AtomicFile(path);
    try {
      for (const piece of file.pieces) {
        const bytes = await fetch(piece);
        if (bytes === null) return "gone";
        if (sha256(bytes) !== piece) return "damaged";
        made.write(bytes);
      }
      made.commit();
    } finally {
      made.abort();
    }
  }
  return "whole";
}

function isHome(path: string, { bytes, pieces }: File): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.size !== bytes) return false;
  const content = readFileSync(path);
  return pieces.every((piece, i) => sha256(content.subarray(i * PIECE, (i + 1) * PIECE)) === piece);
}
