/**
 * `Images` that stay on disk: a batch is read where it lies, and memory stays as flat for two hundred
 * thousand images as for a thousand.
 */

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { BetalabError } from "../../base/errors.ts";
import type { Images } from "../dataset.ts";
import { checkRead, type ImagesShape, imageBytes } from "../images.ts";

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
  return {
    count,
    height,
    width,
    channels,
    read(indices, into) {
      checkRead(shape, indices, into);
      if (!open) throw new Error("internal: images read after the data set was closed");
      for (let start = 0; start < indices.length; ) {
        // Neighbours on disk come in one call: evaluation reads in order.
        let end = start + 1;
        while (end < indices.length && indices[end] === indices[end - 1]! + 1) end++;
        readExactly(file, into.subarray(start * size, end * size), indices[start]! * size, path);
        start = end;
      }
    },
    close() {
      if (open) closeSync(file);
      open = false;
    },
  };
}

function readExactly(file: number, into: Uint8Array, position: number, path: string): void {
  for (let at = 0; at < into.length; ) {
    const bytes = readSync(file, into, at, into.length - at, position + at);
    if (bytes === 0) throw new BetalabError("data", `${path}: became shorter while it was read`);
    at += bytes;
  }
}
