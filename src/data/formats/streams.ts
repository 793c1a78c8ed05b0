/**
 * Bytes of a file as they come: gunzipped when they are gzip (told by content, not by name), cut to asked
 * lengths, checked against the length that a header promised. A set of 3 GB passes through here in chunks.
 */

import { createHash } from "node:crypto";
import { closeSync, createReadStream, openSync, readSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { BetalabError } from "../../base/errors.ts";
import { report, type Watch } from "../../base/progress.ts";

/** The first bytes of a file (fewer when it is shorter). Throws `data` when it can't be opened. */
export function firstBytes(path: string, length: number): Uint8Array {
  try {
    requireFile(path);
    const file = openSync(path, "r");
    try {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, 0));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** `length` bytes of a file from `start` on, fewer at its end. */
export async function readPart(path: string, start: number, length: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Throws for a folder, and for a pipe or a device, which might never end. */
function requireFile(path: string): void {
  const found = statSync(path);
  if (!found.isFile()) throw new Error(found.isDirectory() ? "it is a folder" : "it is not a file");
}

export const isGzip = (magic: Uint8Array): boolean => magic[0] === 0x1f && magic[1] === 0x8b;

/** Deflate makes no more of a byte than this. */
export const mostInflated = 1032;

/** The most bytes that the content of a file can have, gunzipped if need be. */
export function contentLimit(path: string): number {
  const { size } = statSync(path);
  return isGzip(firstBytes(path, 2)) ? size * mostInflated : size;
}

/** A file's content in chunks, gunzipped if need be. Throws `data` naming the file when it is damaged. */
export async function* fileChunks(path: string, chunkBytes = 1 << 20): AsyncGenerator<Uint8Array> {
  const magic = firstBytes(path, 2);
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  const gzip = isGzip(magic);
  const chunks = gzip ? pipeline(file, createGunzip({ chunkSize: chunkBytes }), () => {}) : file;
  try {
    for await (const chunk of chunks) yield chunk as Uint8Array;
  } catch (error) {
    throw unreadable(path, error, gzip ? "damaged gzip" : "can't be read");
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOTDIR: "a part of its path is a file, not a folder",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
};

/** `X: can't be read (why)` as a `data` error; of what is not there, that alone. */
export function unreadable(path: string, error: unknown, what = "can't be read"): BetalabError {
  if (error instanceof BetalabError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") {
    const hint = "check the path: a relative one begins in the working directory";
    return new BetalabError("data", `${path}: no such file or folder`, hint, { cause: error });
  }
  const why = reasons[code ?? ""] ?? (error as Error).message;
  return new BetalabError("data", `${path}: ${what} (${why})`, undefined, { cause: error });
}

/** Bytes of a file whose hashing takes long enough to be told of. */
const LARGE = 2 ** 26;

/** Hex digest of a file as it lies on disk: some seconds for a large one. */
export async function hashFile(
  path: string,
  watch: Watch,
  algorithm: "sha256" | "md5" = "sha256",
): Promise<string> {
  const hash = createHash(algorithm);
  try {
    const { size } = statSync(path);
    const told = size < LARGE ? { signal: watch.signal } : watch;
    let done = 0;
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      report(told, `hashing ${basename(path)}`, done, size);
      hash.update(chunk as Uint8Array);
      done += (chunk as Uint8Array).length;
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  return hash.digest("hex");
}

/** Takes exact lengths off the front of a stream, then hands over the rest. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #name: string;
  #held: Uint8Array = new Uint8Array(0);

  /** `path` is for messages only. */
  constructor(chunks: AsyncIterable<Uint8Array>, path: string) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#name = basename(path);
  }

  /** The next `length` bytes. Throws `data` when the stream ends before. */
  async take(length: number, what: string): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      await this.#fill(what);
      const part = this.#held.subarray(0, length - filled);
      bytes.set(part, filled);
      filled += part.length;
      this.#held = this.#held.subarray(part.length);
    }
    return bytes;
  }

  /**
   * What is left, in chunks, exactly `length` bytes of it. Throws `data` at the end when the stream was
   * shorter or longer than its header said.
   */
  async *rest(length: number): AsyncGenerator<Uint8Array> {
    let seen = this.#held.length;
    try {
      if (seen > 0 && seen <= length) yield this.#held;
      while (seen <= length) {
        const next = await this.#chunks.next();
        if (next.done) break;
        seen += next.value.length;
        if (seen <= length) yield next.value;
      }
      if (seen < length) {
        throw new BetalabError(
          "data",
          `${this.#name}: truncated, its header promises ${length} bytes of values and it has ${seen}`,
          "copy or download the file again",
        );
      }
      if (seen > length) {
        throw new BetalabError(
          "data",
          `${this.#name}: longer than its header says (${length} bytes of values)`,
          "the file is damaged or is of another format; copy or download it again",
        );
      }
    } finally {
      await this.close();
    }
  }

  /** The next `length` bytes in chunks, then lets go of the rest. Throws `data` when the stream ends before. */
  async *first(length: number): AsyncGenerator<Uint8Array> {
    try {
      for (let left = length; left > 0; ) {
        await this.#fill("the values");
        const part = this.#held.subarray(0, left);
        this.#held = this.#held.subarray(part.length);
        left -= part.length;
        yield part;
      }
    } finally {
      await this.close();
    }
  }

  /** Holds at least one byte. */
  async #fill(what: string): Promise<void> {
    if (this.#held.length > 0) return;
    const next = await this.#chunks.next();
    if (next.done) throw new BetalabError("data", `${this.#name}: truncated, it ends inside ${what}`);
    this.#held = new Uint8Array(next.value.buffer, next.value.byteOffset, next.value.byteLength);
  }

  /** Lets go of the stream early. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}

/** All of a file, gunzipped if need be. Throws `data` where that is more than `most` bytes. */
export async function readWhole(path: string, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of fileChunks(path)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > most)
      throw new BetalabError("data", `${path}: more than ${most} bytes, too many to be held in memory`);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** All of a stream whose length is known, as one array. */
export async function collect(chunks: AsyncIterable<Uint8Array>, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  for await (const chunk of chunks) {
    bytes.set(chunk, filled);
    filled += chunk.length;
  }
  return bytes;
}

/** The same bytes in chunks whose lengths are multiples of `itemSize`, so that no number is cut in two. */
export async function* wholeItems(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  itemSize: number,
): AsyncGenerator<Uint8Array> {
  let left = new Uint8Array(0);
  for await (const chunk of chunks) {
    let bytes = chunk;
    if (left.length > 0) {
      bytes = new Uint8Array(left.length + chunk.length);
      bytes.set(left);
      bytes.set(chunk, left.length);
    }
    const whole = bytes.length - (bytes.length % itemSize);
    if (whole > 0) yield bytes.subarray(0, whole);
    left = Uint8Array.from(bytes.subarray(whole));
  }
}
