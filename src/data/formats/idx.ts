/**
 * IDX, the format of MNIST: big-endian, two zero bytes, a type, the number of dimensions, the dimensions, the
 * values. Only unsigned bytes are read, which is what every image set in this format uses; plain or gzip.
 */

import { basename } from "node:path";
import { BetalabError } from "../../base/errors.ts";
import { ByteReader, collect, fileChunks } from "./streams.ts";

const UNSIGNED_BYTE = 0x08;

const typeNames: Readonly<Record<number, string>> = {
  8: "unsigned bytes",
  9: "signed bytes",
  11: "16-bit integers",
  12: "32-bit integers",
  13: "32-bit floats",
  14: "64-bit floats",
};

/** An IDX file's dimensions, and its values as they come; all of them or an error. */
export interface IdxStream {
  readonly dimensions: readonly number[];
  /** Product of the dimensions, which is also the number of bytes. */
  readonly length: number;
  readonly chunks: AsyncGenerator<Uint8Array>;
  /** Lets go of the file where the values aren't wanted; reading them to the end does so too. */
  close(): Promise<void>;
}

/**
 * Opens an IDX file (plain or gzip) with the `expected` number of dimensions, 1 for labels, 3 for pictures.
 *
 * Throws `data` naming the file when it is no IDX, of another type, has other dimensions (a labels file
 * under an images' name), or, while it is read, when it is truncated or too long.
 */
export async function openIdx(path: string, expected: readonly number[]): Promise<IdxStream> {
  const name = basename(path);
  const reader = new ByteReader(fileChunks(path), path);
  try {
    const magic = await reader.take(4, "the IDX header");
    if (magic[0] !== 0 || magic[1] !== 0 || typeNames[magic[2]!] === undefined) {
      const found = [...magic].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
      throw new BetalabError("data", `${name}: not an IDX file (it begins with ${found})`);
    }
    if (magic[2] !== UNSIGNED_BYTE) {
      throw new BetalabError(
        "data",
        `${name}: holds ${typeNames[magic[2]!]}, and only unsigned bytes are read`,
      );
    }
    const rank = magic[3]!;
    if (!expected.includes(rank)) {
      const wanted = expected.join(" or ");
      const role =
        rank === 1 ? "labels, not images" : expected[0] === 1 ? "images, not labels" : "other data";
      throw new BetalabError(
        "data",
        `${name}: has ${rank} dimension${rank === 1 ? "" : "s"} where ${wanted} belong${wanted === "1" ? "s" : ""}: it holds ${role}`,
        "check that the file has the right name",
      );
    }
    const header = await reader.take(4 * rank, "the IDX header");
    const view = new DataView(header.buffer);
    const dimensions = Array.from({ length: rank }, (_, i) => view.getUint32(4 * i));
    const length = dimensions.reduce((product, size) => product * size, 1);
    if (!Number.isSafeInteger(length) || length === 0) {
      throw new BetalabError("data", `${name}: its dimensions are ${dimensions.join(" × ")}`);
    }
    return { dimensions, length, chunks: reader.rest(length), close: () => reader.close() };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** A whole IDX file in memory. Throws as `openIdx` does. */
export async function readIdx(
  path: string,
  expected: readonly number[],
): Promise<{ dimensions: readonly number[]; values: Uint8Array }> {
  const { dimensions, length, chunks } = await openIdx(path, expected);
  return { dimensions, values: await collect(chunks, length) };
}

/** The bytes of an IDX file with these unsigned bytes. */
export function encodeIdx(dimensions: readonly number[], values: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * dimensions.length + values.length);
  bytes.set([0, 0, UNSIGNED_BYTE, dimensions.length]);
  const view = new DataView(bytes.buffer);
  dimensions.forEach((size, i) => {
    view.setUint32(4 + 4 * i, size);
  });
  bytes.set(values, 4 + 4 * dimensions.length);
  return bytes;
}
