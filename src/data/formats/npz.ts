/**
 * Named arrays in a file: an NPZ archive, or a single NPY (told by content, not by name), read as streams; and
 * a writer of NPZ. Members that can't be read (dSprites' pickled `metadata`) do no harm until asked for.
 */

import { basename } from "node:path";
import { Zip, ZipDeflate } from "fflate";
import { AtomicFile } from "../../base/disk.ts";
import { BetalabError } from "../../base/errors.ts";
import {
  decodeNpy,
  type NpyArray,
  type NpyHeader,
  npyHeaderRange,
  npyPrefix,
  parseNpyHeader,
} from "./npy.ts";
import { ByteReader, collect, fileChunks, firstBytes } from "./streams.ts";
import { listZip, zipChunks } from "./zip.ts";

/** An array's header and its values as they come, exactly as many bytes as the header says or an error. */
export interface ArrayStream {
  readonly header: NpyHeader;
  readonly chunks: AsyncGenerator<Uint8Array>;
}

/** The arrays of one file. Holds nothing open between calls. */
export interface ArrayFile {
  readonly path: string;
  readonly names: readonly string[];
  /** Reads only the header. */
  header(name: string): Promise<NpyHeader>;
  stream(name: string): Promise<ArrayStream>;
  /** The whole array in memory. */
  array(name: string): Promise<NpyArray>;
}

/** The name of the only array of an NPY file. */
export const singleArray = "array";

/** Opens an NPZ or NPY file. Throws `data` when it is neither, or truncated. */
export function openArrays(path: string): ArrayFile {
  const magic = firstBytes(path, 6);
  const zip = magic[0] === 0x50 && magic[1] === 0x4b;
  if (!zip && magic[0] !== 0x93) {
    throw new BetalabError(
      "data",
      `${path}: neither NPZ nor NPY${magic.length === 0 ? ", it is empty" : ""}`,
      "write it with numpy.savez_compressed or numpy.save",
    );
  }
  const members = zip ? listZip(path).filter((member) => member.name.endsWith(".npy")) : [];
  const names = zip ? members.map((member) => member.name.slice(0, -".npy".length)) : [singleArray];

  async function begin(name: string): Promise<ArrayStream & { reader: ByteReader }> {
    const member = members.find((one) => one.name === `${name}.npy`);
    if (zip && !member) throw new Error(`internal: ${path} has no array ${name}`);
    const label = member ? `${basename(path)}: ${name}` : basename(path);
    const reader = new ByteReader(member ? zipChunks(path, member) : fileChunks(path), label);
    try {
      const prefix = await reader.take(npyPrefix, "the NPY header");
      const { start, end } = npyHeaderRange(prefix, label);
      const text = await reader.take(end - npyPrefix, "the NPY header");
      const decoder = new TextDecoder();
      const header = parseNpyHeader(decoder.decode(prefix.subarray(start)) + decoder.decode(text), label);
      return { header, chunks: reader.rest(header.length * header.itemSize), reader };
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  return {
    path,
    names,
    stream: begin,
    async header(name) {
      const { header, reader } = await begin(name);
      await reader.close();
      return header;
    },
    async array(name) {
      const { header, chunks } = await begin(name);
      const bytes = await collect(chunks, header.length * header.itemSize);
      return decodeNpy(header, bytes, `${basename(path)}: ${name}`);
    },
  };
}

/**
 * Writes an NPZ (deflated) from NPY bytes that come in pieces, so that the pictures needn't be in memory twice.
 * The file becomes visible whole. Throws `disk` naming it.
 */
export function writeNpz(
  path: string,
  arrays: Iterable<readonly [name: string, pieces: Iterable<Uint8Array>]>,
): void {
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
      for (const piece of pieces) member.push(piece);
      member.push(new Uint8Array(0), true);
    }
    zip.end();
    file.commit();
  } finally {
    file.abort();
  }
}
