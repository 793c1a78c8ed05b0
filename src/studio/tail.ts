/** A file of lines that grows, or is replaced by another one, read from where one was. */

import { closeSync, fstatSync, openSync, readSync } from "node:fs";

export interface Piece {
  /** Whole lines, without their ends. */
  readonly lines: readonly string[];
  /** Where they end: which file, and how far. */
  readonly at: string;
  /** The file is not the one that was read before: these lines are its first. */
  readonly fromStart: boolean;
  /** There are further lines now. */
  readonly more: boolean;
}

/** Bytes read at once. */
const PIECE = 4 << 20;
const NEWLINE = 10;

export class Tail {
  readonly path: string;
  #file: string;
  #offset: number;

  /** @param at where an earlier one was; default: before the beginning */
  constructor(path: string, at = "") {
    this.path = path;
    const [, file = "", offset = "0"] = /^(\w+-\w+)-(\d{1,15})$/.exec(at) ?? [];
    this.#file = file;
    this.#offset = Number(offset);
  }

  /** What came since. An absent file is one without lines. */
  read(): Piece {
    const file = open(this.path);
    if (file === undefined) {
      const fromStart = this.#file !== "none-0";
      this.#file = "none-0";
      this.#offset = 0;
      return { lines: [], at: "none-0-0", fromStart, more: false };
    }
    try {
      // A new file may get the number of one that was removed, but not its time of birth too.
      const { ino, birthtimeMs, size } = fstatSync(file);
      const name = `${ino.toString(36)}-${Math.round(birthtimeMs).toString(36)}`;
      const fromStart = name !== this.#file || size < this.#offset;
      if (fromStart) this.#offset = 0;
      this.#file = name;
      const { text, bytes, full } = wholeLines(file, this.#offset, size);
      this.#offset += bytes;
      const lines = text === "" ? [] : text.slice(0, -1).split("\n");
      return { lines, at: `${name}-${this.#offset}`, fromStart, more: full && this.#offset < size };
    } finally {
      closeSync(file);
    }
  }
}

function open(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch {
    return undefined;
  }
}

/** From `offset` to the last end of a line within a piece, or within as many as one line needs. */
function wholeLines(
  file: number,
  offset: number,
  size: number,
): { readonly text: string; readonly bytes: number; readonly full: boolean } {
  for (let length = PIECE; ; length *= 2) {
    const wanted = Math.max(0, Math.min(length, size - offset));
    const buffer = Buffer.allocUnsafe(wanted);
    const read = wanted === 0 ? 0 : readSync(file, buffer, 0, wanted, offset);
    const bytes = buffer.subarray(0, read).lastIndexOf(NEWLINE) + 1;
    const full = wanted === length;
    if (bytes > 0 || !full) return { text: buffer.toString("utf8", 0, bytes), bytes, full };
  }
}
