/**
 * `Images` that stay on disk: a batch is read where it lies, and memory stays as flat for two hundred
 * thousand images as for a thousand.
 */

import { closeSync, fstatSync, openSync, readSync, read as startReading } from "node:fs";
import { crc32 } from "node:zlib";
import { BetalabError } from "../../base/errors.ts";
import type { Images } from "../dataset.ts";
import { checkRead, type ImagesShape, imageBytes } from "../images.ts";

/** Reads slower than this, in milliseconds an image, come from a slow disk: the page cache needs about 1 % of it. */
const SLOW = 0.1;

/**
 * Images of raw uint8 `[count, height, width, channels]` at the start of the file `path`. `close` when done.
 *
 * @param checksums CRC-32 of each image, `[count]`; each image is checked when it is first read
 * @param onDamage called when an image does not have its checksum, before `read` throws
 */
export function fileImages(
  path: string,
  shape: ImagesShape,
  checksums?: Uint32Array,
  onDamage?: () => void,
): Images & { close(): void } {
  const { count, height, width, channels } = shape;
  const size = imageBytes(shape);
  const file = openSync(path, "r");
  if (fstatSync(file).size < count * size) {
    closeSync(file);
    throw new BetalabError("data", `${path}: not the ${count * size} bytes that its description promises`);
  }
  let open = true;
  /** Images that are still to be fetched ahead: all of them after a slow reading, none once the system has them. */
  let ahead = 0;
  const checked = new Uint8Array(checksums ? count : 0);
  const check = (indices: ArrayLike<number>, pixels: Uint8Array, expected: Uint32Array) => {
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i]!;
      if (checked[index] === 1) continue;
      if (crc32(pixels.subarray(i * size, (i + 1) * size)) !== expected[index]) {
        onDamage?.();
        throw new BetalabError("data", `${path}: image ${index} is damaged (its checksum is wrong)`, again);
      }
      checked[index] = 1;
    }
  };
  return {
    count,
    height,
    width,
    channels,
    read(indices, into) {
      checkRead(shape, indices, into);
      if (!open) throw new Error("internal: images read after the data set was closed");
      const start = performance.now();
      for (const [first, end] of runs(indices)) {
        readExactly(file, into.subarray(first * size, end * size), indices[first]! * size, path);
      }
      if (performance.now() - start > SLOW * indices.length) ahead = count;
      if (checksums) check(indices, into, checksums);
    },
    prefetch(indices) {
      if (ahead <= 0 || !open) return;
      ahead -= indices.length;
      for (const [first, end] of runs(indices)) {
        const bytes = (end - first) * size;
        // The numbers are of no use yet: what matters is that the system has them. `read` reports what fails.
        startReading(file, Buffer.allocUnsafe(bytes), 0, bytes, indices[first]! * size, () => {});
      }
    },
    close() {
      if (open) closeSync(file);
      open = false;
    },
  };
}

const again = "the file was a copy of the data and is removed; run it again, and it is made anew";

/** Neighbours on disk come in one call (evaluation reads in order): from which to before which of `indices`. */
function* runs(indices: ArrayLike<number>): Generator<[first: number, end: number]> {
  for (let first = 0; first < indices.length; ) {
    let end = first + 1;
    while (end < indices.length && indices[end] === indices[end - 1]! + 1) end++;
    yield [first, end];
    first = end;
  }
}

function readExactly(file: number, into: Uint8Array, position: number, path: string): void {
  for (let at = 0; at < into.length; ) {
    const bytes = readSync(file, into, at, into.length - at, position + at);
    if (bytes === 0) throw new BetalabError("data", `${path}: became shorter while it was read`);
    at += bytes;
  }
}
