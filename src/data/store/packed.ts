/**
 * The packed cache: pictures decoded once, as raw uint8 `[count, height, width, channels]` in `<key>.u8`,
 * described by `<key>.json`. The key says what went in (files, sizes, dates, decoding options), so a changed
 * source is another key and nothing is ever invalidated.
 *
 * Both files are written under names of their own, flushed and renamed, the description last: a killed process
 * leaves no half entry, and two processes that build the same entry both end well, one replacing the other's
 * equal bytes.
 */

import { randomUUID } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Images } from "../dataset.ts";
import { diskError, writeAll } from "./disk.ts";
import { fileImages } from "./file-images.ts";

const descriptionSchema = z.object({
  version: z.literal(1),
  count: z.int().min(1),
  height: z.int().min(1),
  width: z.int().min(1),
  channels: z.union([z.literal(1), z.literal(3)]),
  /** Hex sha256 of the pixels. */
  fingerprint: z.string(),
  labels: z.object({ names: z.array(z.string()), values: z.array(z.int()) }).optional(),
  /** Pictures that could not be read. */
  skipped: z.array(z.string()),
  notes: z.array(z.string()),
});

/** What `<key>.json` says. */
export type PackedDescription = z.infer<typeof descriptionSchema>;

export interface Packed {
  readonly path: string;
  readonly images: Images & { close(): void };
  readonly description: PackedDescription;
}

/** Where packed pixels lie in a cache directory. */
export function packedDirectory(cacheDirectory: string): string {
  return join(cacheDirectory, "packed");
}

/** The entry `key`, or nothing where it is absent, of another version, or damaged (it is then made again). */
export function openPacked(cacheDirectory: string, key: string): Packed | undefined {
  const path = join(packedDirectory(cacheDirectory), `${key}.u8`);
  try {
    const text = readFileSync(path.replace(/\.u8$/, ".json"), "utf8");
    const description = descriptionSchema.parse(JSON.parse(text));
    return { path, images: fileImages(path, description), description };
  } catch {
    return undefined;
  }
}

export interface PackedWriter {
  /** Appends whole images or parts of them. */
  write(pixels: Uint8Array): void;
  /** Makes the entry visible, and opens it. */
  commit(description: Omit<PackedDescription, "version">): Packed;
  /** Removes what was written; nothing after `commit`. */
  abort(): void;
}

/**
 * Begins the entry `key`. Every method throws `disk` naming the file when it can't be written; call `abort`
 * in a `finally`. `open` is there for tests.
 */
export function createPacked(
  cacheDirectory: string,
  key: string,
  open: (path: string) => number = (path) => openSync(path, "w"),
): PackedWriter {
  const directory = packedDirectory(cacheDirectory);
  const path = join(directory, `${key}.u8`);
  const temporary = join(directory, `${key}.${randomUUID()}.tmp`);
  const described = `${temporary}.json`;
  const file = guard(directory, () => {
    mkdirSync(directory, { recursive: true });
    sweep(directory);
    return open(temporary);
  });
  let state: "open" | "closed" = "open";
  const close = () => {
    if (state === "open") closeSync(file);
    state = "closed";
  };
  return {
    write(pixels) {
      guard(temporary, () => writeAll(file, pixels));
    },
    commit(description) {
      guard(temporary, () => {
        fsyncSync(file);
        close();
        const sidecar = openSync(described, "w");
        try {
          const text = JSON.stringify({ version: 1, ...description });
          writeAll(sidecar, new TextEncoder().encode(text));
          fsyncSync(sidecar);
        } finally {
          closeSync(sidecar);
        }
        try {
          renameSync(temporary, path);
          renameSync(described, path.replace(/\.u8$/, ".json"));
        } catch (error) {
          // Windows refuses to replace a file that is being read: then another process made the entry first.
          const other = openPacked(cacheDirectory, key);
          if (!other) throw error;
          other.images.close();
        }
      });
      const packed = openPacked(cacheDirectory, key);
      if (!packed) throw new Error(`internal: the packed entry ${path} can't be read back`);
      return packed;
    },
    abort() {
      close();
      rmSync(temporary, { force: true });
      rmSync(described, { force: true });
    },
  };
}

function guard<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw diskError(error, path);
  }
}

/** Removes what killed processes left more than a day ago. */
function sweep(directory: string): void {
  for (const name of readdirSync(directory)) {
    if (!/\.tmp(\.json)?$/.test(name)) continue;
    const path = join(directory, name);
    const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - modified > 24 * 3600 * 1000) rmSync(path, { force: true });
  }
}
