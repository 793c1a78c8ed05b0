/**
 * Named arrays in a file: an NPZ archive, or a single NPY (told by content, not by name); and a writer of NPZ.
 * Members that can't be read (dSprites' pickled `metadata`) do no harm until asked for.
 */

import { basename } from "node:path";
import { Zip, ZipDeflate } from "fflate";
import { AtomicFile } from "../../base/disk.ts";
import { BetalabError } from "../../base/errors.ts";
import { type ArrayFile, requireHeld } from "./array-file.ts";
import { decodeText, npyHeaderRange, npyPrefix, parseNpyHeader } from "./npy.ts";
import { streamedArray } from "./streamed-array.ts";
import { contentLimit, fileChunks, firstBytes, isGzip } from "./streams.ts";
import { listZip, zipChunks } from "./zip.ts";

/** The name of the only array of an NPY file. */
const singleArray = "array";

/** Opens an NPZ or NPY file. Throws `data` when it is neither, or truncated. */
export function openArrays(path: string): ArrayFile {
  const magic = firstBytes(path, 6);
  const zip = magic[0] === 0x50 && magic[1] === 0x4b;
  // A gzip'd .npy begins as gzip does; its header decides.
  const plain = magic[0] === 0x93 || isGzip(magic);
  if (!zip && !plain) {
    throw new BetalabError(
      "data",
      `${path}: neither NPZ nor NPY${magic.length === 0 ? ", it is empty" : ""}`,
      "write it with numpy.savez_compressed or numpy.save",
    );
  }
  const members = zip ? listZip(path).filter((member) => member.name.endsWith(".npy")) : [];
  const names = zip ? members.map((member) => member.name.slice(0, -".npy".length)) : [singleArray];

  return {
    path,
    names,
    async open(name) {
      const member = members.find((one) => one.name === `${name}.npy`);
      if (zip && !member) throw new Error(`internal: ${path} has no array ${name}`);
      const label = member ? `${basename(path)}: ${name}` : basename(path);
      return streamedArray(
        label,
        () => (member ? zipChunks(path, member) : fileChunks(path)),
        async (reader) => {
          const prefix = await reader.take(npyPrefix, "the NPY header");
          const { start, end } = npyHeaderRange(prefix, label);
          const text = await reader.take(end - npyPrefix, "the NPY header");
          const decoder = new TextDecoder();
          const header = parseNpyHeader(decoder.decode(prefix.subarray(start)) + decoder.decode(text), label);
          requireHeld(label, header.length * header.itemSize, (member?.size ?? contentLimit(path)) - end);
          return header;
        },
        { text: (header, bytes) => decodeText(header, bytes, label) },
      );
    },
  };
}

/**
 * Writes an NPZ (deflated) from NPY bytes that come in pieces, so that the pictures needn't be in memory twice.
 * The file becomes visible whole. Throws `disk` naming it.
 */
export async function writeNpz(
  path: string,
  arrays: Iterable<readonly [name: string, pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>]>,
): Promise<void> {
  const file = new AtomicFile(path);
  try {
    const zip = new Zip((error, chunk) => {
      if (error) throw error;
      file.write(chunk);
    });
    for (const [name, pieces] of arrays) {
      const member = new ZipDeflate(`${name}.npy`, { level: 6 });
      // A fixed date: the same arrays give the same bytes.
      member.mtime = new Date(1980, 0, 1);
      zip.add(member);
      for await (const piece of pieces) member.push(piece);
      member.push(new Uint8Array(0), true);
    }
    zip.end();
    file.commit();
  } finally {
    file.abort();
  }
}
