/**
 * `Images` that stay on disk: a batch is read where it lies, and memory stays as flat for two hundred
 * thousand images as for a thousand.
 */

import { closeSync, fstatSync, openSync, readSync, read as startReading } from "node:fs";
import { BetalabError } from "../../base/errors.ts";
import type { Images } from "../dataset.ts";
import { checkRead, type ImagesShape, imageBytes } from "../images.ts";

/** Milliseconds an image: from the system's page cache it takes a hundredth, from a disk several times as long. */
const SLOW = 0.1;

/** Images of raw uint8 `[count, height, width, channels]` in the file `path`. `close` when done. */
export function fileImages(path: string, shape: ImagesShape): Images & { close(): void } {
  const { count, height, width, channels } = shape;
  const size = imageBytes(shape);
  const file = openSync(path, "r");
  if (fstatSync(file).size !== count * size) {
    closeSync(file);
    throw new BetalabError("data", `${path}: not the ${count * size} bytes that its description promises`);
  }
  let open = true;
  /** Images that are still to be fetched ahead: all of them after a slow reading, none once the system has them. */
  let ahead = 0;
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
