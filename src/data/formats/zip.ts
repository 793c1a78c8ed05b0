/**
 * The zip container as NPZ uses it: the list of members, and one member's content as a stream, so that a
 * member of 3 GB is never whole in memory (fflate reads archives whole, which is why this is here). Stored and
 * deflated members, zip64 sizes, checksums checked; no encryption, no archives in several parts.
 *
 * Format: PKWARE APPNOTE 6.3.10, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */

import { closeSync, createReadStream, fstatSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { pipeline } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import { BetalabError } from "../../base/errors.ts";
import { requireHeld } from "./array-file.ts";
import { mostInflated, unreadable } from "./streams.ts";

export interface ZipMember {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Where the member's local header begins. */
  readonly offset: number;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const FULL_32 = 0xffffffff;

/** The members of an archive, from its central directory. Throws `data` when it is no archive or truncated. */
export function listZip(path: string): ZipMember[] {
  const name = basename(path);
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    const fileSize = fstatSync(file).size;
    const read = (offset: number, length: number): DataView => {
      const bytes = new Uint8Array(length);
      if (offset < 0 || readSync(file, bytes, 0, length, offset) !== length) throw damaged(name);
      return new DataView(bytes.buffer);
    };
    const { offset, length, count } = findDirectory(read, fileSize, name);
    if (offset + length > fileSize) throw damaged(name);
    return parseDirectory(read(offset, length), count, name);
  } finally {
    closeSync(file);
  }
}

function damaged(name: string): BetalabError {
  return new BetalabError(
    "data",
    `${name}: truncated or damaged, it has no complete zip directory at its end`,
    "copy or download the file again",
  );
}

type Read = (offset: number, length: number) => DataView;

/** The end record lies in the last 64 KiB, before a comment of unknown length. */
function findDirectory(read: Read, fileSize: number, name: string) {
  const tailLength = Math.min(fileSize, 22 + 0xffff);
  const tail = read(fileSize - tailLength, tailLength);
  for (let at = tailLength - 22; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END) continue;
    const found = {
      count: tail.getUint16(at + 10, true),
      length: tail.getUint32(at + 12, true),
      offset: tail.getUint32(at + 16, true),
    };
    const locatorAt = at - 20;
    if (locatorAt < 0 || tail.getUint32(locatorAt, true) !== LOCATOR_64) return found;
    const record = read(long(tail, locatorAt + 8), 56);
    if (record.getUint32(0, true) !== END_64) throw damaged(name);
    return { count: long(record, 32), length: long(record, 40), offset: long(record, 48) };
  }
  throw damaged(name);
}

function parseDirectory(view: DataView, count: number, archive: string): ZipMember[] {
  const members: ZipMember[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== CENTRAL) throw damaged(archive);
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const commentLength = view.getUint16(at + 32, true);
    const next = at + 46 + nameLength + extraLength + commentLength;
    if (next > view.byteLength) throw damaged(archive);
    const name = new TextDecoder().decode(new Uint8Array(view.buffer, at + 46, nameLength));
    if ((view.getUint16(at + 8, true) & 1) === 1) {
      throw new BetalabError("data", `${archive}: its member ${name} is encrypted`);
    }
    const extra = new DataView(view.buffer, at + 46 + nameLength, extraLength);
    members.push({
      name,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      ...sizes64(extra, {
        size: view.getUint32(at + 24, true),
        compressedSize: view.getUint32(at + 20, true),
        offset: view.getUint32(at + 42, true),
      }),
    });
    at = next;
  }
  return members;
}

/** A size of 2³²−1 stands for "see the zip64 field", where only such sizes are listed, in this order. */
function sizes64(extra: DataView, sizes: { size: number; compressedSize: number; offset: number }) {
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== 1) continue;
    let field = at + 4;
    for (const key of ["size", "compressedSize", "offset"] as const) {
      if (sizes[key] === FULL_32 && field + 8 <= extra.byteLength) {
        sizes[key] = long(extra, field);
        field += 8;
      }
    }
  }
  return sizes;
}

function long(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

/** A member's content in chunks. Throws `data` when it is damaged (a wrong length or checksum among it). */
export async function* zipChunks(path: string, member: ZipMember): AsyncGenerator<Uint8Array> {
  const label = `${basename(path)}: ${member.name}`;
  requireHeld(
    label,
    member.size,
    member.method === 0 ? member.compressedSize : member.compressedSize * mostInflated,
  );
  if (member.method !== 0 && member.method !== 8) {
    throw new BetalabError("data", `${label} is compressed by method ${member.method}; deflate is read`);
  }
  const start = contentStart(path, member);
  const end = start + member.compressedSize - 1;
  let size = 0;
  let crc = 0;
  if (member.compressedSize > 0) {
    const file = createReadStream(path, { start, end, highWaterMark: 1 << 18 });
    const chunks =
      member.method === 8 ? pipeline(file, createInflateRaw({ chunkSize: 1 << 18 }), () => {}) : file;
    try {
      for await (const chunk of chunks) {
        size += (chunk as Uint8Array).length;
        if (size > member.size) break;
        crc = crc32(chunk as Uint8Array, crc);
        yield chunk as Uint8Array;
      }
    } catch (error) {
      throw unreadable(label, error, "damaged");
    }
  }
  if (size !== member.size || crc !== member.crc) {
    throw new BetalabError(
      "data",
      `${label} is damaged (its checksum is wrong)`,
      "copy or download the file again",
    );
  }
}

/** The local header repeats the name and has extra fields of its own length, so it must be asked. */
function contentStart(path: string, member: ZipMember): number {
  const file = openSync(path, "r");
  try {
    const bytes = new Uint8Array(30);
    const view = new DataView(bytes.buffer);
    if (readSync(file, bytes, 0, 30, member.offset) !== 30 || view.getUint32(0, true) !== LOCAL) {
      throw damaged(basename(path));
    }
    return member.offset + 30 + view.getUint16(26, true) + view.getUint16(28, true);
  } finally {
    closeSync(file);
  }
}
