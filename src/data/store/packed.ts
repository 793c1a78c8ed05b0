/**
 * The packed cache: pictures decoded once, in one file `<key>.u8`: raw uint8 `[count, height, width, channels]`, then
 * a description in JSON with a checksum for each image, then the description's length and checksum. The key says what
 * went in, so a changed source is another key and nothing is ever invalidated.
 *
 * The file becomes visible whole, by one rename: a killed process leaves no half entry, and two processes that build
 * the same entry both end well, one replacing the other's equal bytes.
 */

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { z } from "zod";
import { AtomicFile, discard, makeFolder, removeStaleTemporaries } from "../../base/disk.ts";
import { BetalabError } from "../../base/errors.ts";
import type { Images } from "../dataset.ts";
import { type ImagesShape, imageBytes } from "../images.ts";
import { fileImages } from "./file-images.ts";

const descriptionSchema = z.object({
  version: z.literal(3),
  count: z.int().min(1),
  height: z.int().min(1),
  width: z.int().min(1),
  channels: z.union([z.literal(1), z.literal(3)]),
  /** Hex sha256 of the pixels. */
  fingerprint: z.string(),
  labels: z.object({ names: z.array(z.string()), values: z.array(z.int()) }).optional(),
  /** Images of each split that the set brought: those of train first, then val, then test. */
  parts: z.object({ train: z.int(), val: z.int(), test: z.int() }).partial().optional(),
  /** What each image is called, of pictures in files. */
  paths: z.array(z.string()).optional(),
  notes: z.array(z.string()),
  /** Base64 of the CRC-32 of each image, little-endian uint32 `[count]`. */
  checksums: z.string(),
});

type PackedDescription = z.infer<typeof descriptionSchema>;

export interface Packed {
  readonly path: string;
  readonly images: Images & { close(): void };
  readonly description: PackedDescription;
}

/** The last bytes of an entry: the description's length and CRC-32 (uint32), and this word. */
const magic = new TextEncoder().encode("betapack");
const footerBytes = 8 + magic.length;

export function packedDirectory(cacheDirectory: string): string {
  return join(cacheDirectory, "packed");
}

const entryPath = (cacheDirectory: string, key: string) => join(packedDirectory(cacheDirectory), `${key}.u8`);

/** The entry `key`, or nothing where it is absent, of another version, or damaged (it is then made again). */
export function openPacked(cacheDirectory: string, key: string): Packed | undefined {
  const path = entryPath(cacheDirectory, key);
  try {
    const description = readDescription(path);
    const bytes = Uint8Array.from(Buffer.from(description.checksums, "base64"));
    const checksums = new Uint32Array(bytes.buffer);
    return { path, images: fileImages(path, description, checksums, () => discard(path)), description };
  } catch {
    return undefined;
  }
}

function readDescription(path: string): PackedDescription {
  const file = openSync(path, "r");
  try {
    const end = fstatSync(file).size - footerBytes;
    const footer = new Uint8Array(footerBytes);
    readSync(file, footer, 0, footerBytes, end);
    const view = new DataView(footer.buffer);
    const length = view.getUint32(0, true);
    const text = new Uint8Array(Math.min(length, end));
    readSync(file, text, 0, text.length, end - text.length);
    const known = magic.every((byte, i) => footer[8 + i] === byte) && crc32(text) === view.getUint32(4, true);
    if (!known) throw new Error("damaged");
    const description = descriptionSchema.parse(JSON.parse(new TextDecoder().decode(text)));
    if (description.count * imageBytes(description) + length !== end) throw new Error("damaged");
    return description;
  } finally {
    closeSync(file);
  }
}

export interface PackedWriter {
  /** Appends whole images or parts of them. */
  write(pixels: Uint8Array): void;
  /** Makes the entry visible, and opens it. */
  commit(description: Omit<PackedDescription, "version" | "checksums">): Packed;
  /** Removes what was written; nothing after `commit`. */
  abort(): void;
}

/**
 * Begins the entry `key` of images of this size. Every method throws `disk` naming the file when it can't be written;
 * call `abort` in a `finally`.
 */
export function createPacked(
  cacheDirectory: string,
  key: string,
  shape: Pick<ImagesShape, "height" | "width" | "channels">,
): PackedWriter {
  const path = entryPath(cacheDirectory, key);
  return withPlace(() => {
    makeFolder(dirname(path));
    removeStaleTemporaries(dirname(path), true);
    const file = new AtomicFile(path);
    const checksums = new Checksums(imageBytes(shape));
    return {
      write(pixels) {
        withPlace(() => file.write(pixels));
        checksums.add(pixels);
      },
      commit(description) {
        const full: PackedDescription = { version: 3, ...description, checksums: checksums.base64() };
        const text = new TextEncoder().encode(JSON.stringify(full));
        const footer = new Uint8Array(footerBytes);
        const view = new DataView(footer.buffer);
        view.setUint32(0, text.length, true);
        view.setUint32(4, crc32(text), true);
        footer.set(magic, 8);
        withPlace(() => {
          file.write(text);
          file.write(footer);
          try {
            file.commit();
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
      abort: () => file.abort(),
    };
  });
}

/** The CRC-32 of each image of a stream of pixels that comes in pieces of any length. */
class Checksums {
  readonly #size: number;
  readonly #done: number[] = [];
  #crc = 0;
  #filled = 0;

  constructor(size: number) {
    this.#size = size;
  }

  add(pixels: Uint8Array): void {
    for (let at = 0; at < pixels.length; ) {
      const piece = pixels.subarray(at, at + this.#size - this.#filled);
      this.#crc = crc32(piece, this.#crc);
      this.#filled += piece.length;
      at += piece.length;
      if (this.#filled < this.#size) break;
      this.#done.push(this.#crc);
      this.#crc = 0;
      this.#filled = 0;
    }
  }

  base64(): string {
    return Buffer.from(Uint32Array.from(this.#done).buffer).toString("base64");
  }
}

/** A `disk` error of the cache says how to have the cache elsewhere. */
export function withPlace<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof BetalabError) || error.code !== "disk") throw error;
    const hint = "free some space, or name another place for the cache in BETALAB_CACHE";
    throw new BetalabError(error.code, error.message, hint, { cause: error });
  }
}
