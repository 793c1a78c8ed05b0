/**
 * IDX, the format of MNIST: big-endian, two zero bytes, a type, the number of dimensions, the dimensions, the
 * values; plain or gzip.
 */

import { basename } from "node:path";
import { BetalabError } from "../../base/errors.ts";
import { requireHeld, type StoredArray } from "./array-file.ts";
import { lengthOf, numberBytes } from "./numbers.ts";
import { streamedArray } from "./streamed-array.ts";
import { contentLimit, fileChunks } from "./streams.ts";
import { idxTypes } from "./whole.ts";

/**
 * Opens an IDX file (plain or gzip) with the `expected` number of dimensions, 1 for labels, 3 for pictures.
 *
 * Throws `data` naming the file when it is no IDX, has other dimensions (a labels file under an images' name), or is
 * truncated; while it is read, when it is too long.
 */
export async function openIdx(path: string, expected: readonly number[]): Promise<StoredArray> {
  const name = basename(path);
  return streamedArray(
    name,
    (chunkBytes) => fileChunks(path, chunkBytes),
    async (reader) => {
      const magic = await reader.take(4, "the IDX header");
      const type = idxTypes[magic[2]!];
      if (magic[0] !== 0 || magic[1] !== 0 || type === undefined) {
        const found = [...magic].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
        throw new BetalabError("data", `${name}: not an IDX file (it begins with ${found})`);
      }
      const rank = magic[3]!;
      requireRank(name, rank, expected);
      const header = await reader.take(4 * rank, "the IDX header");
      const view = new DataView(header.buffer);
      const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 * i));
      const itemSize = numberBytes({ name: type });
      const bytes = lengthOf(shape) * itemSize;
      if (!Number.isSafeInteger(bytes) || bytes === 0) {
        throw new BetalabError("data", `${name}: its dimensions are ${shape.join(" × ")}`);
      }
      requireHeld(name, bytes, contentLimit(path) - 4 - 4 * rank);
      return { type: { name: type, bigEndian: itemSize > 1 }, shape, itemSize };
    },
  );
}

function requireRank(name: string, rank: number, expected: readonly number[]): void {
  if (expected.includes(rank)) return;
  const wanted = expected.join(" or ");
  const role = rank === 1 ? "labels, not images" : expected[0] === 1 ? "images, not labels" : "other data";
  throw new BetalabError(
    "data",
    `${name}: has ${rank} dimension${rank === 1 ? "" : "s"} where ${wanted} belong${wanted === "1" ? "s" : ""}: it holds ${role}`,
    "check that the file has the right name",
  );
}

/** The bytes of an IDX file with these unsigned bytes. */
export function encodeIdx(dimensions: readonly number[], values: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * dimensions.length + values.length);
  bytes.set([0, 0, 8, dimensions.length]);
  const view = new DataView(bytes.buffer);
  dimensions.forEach((size, i) => {
    view.setUint32(4 + 4 * i, size);
  });
  bytes.set(values, 4 + 4 * dimensions.length);
  return bytes;
}
