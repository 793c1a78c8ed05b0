/**
 * The members of a tar archive, by its headers alone: what each is called, where its content lies. ustar, GNU's long names
 * and pax' names and sizes.
 *
 * Format: POSIX.1-2017, pax; https://www.gnu.org/software/tar/manual/html_node/Standard.html
 */

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { BetalabError } from "../../base/errors.ts";
import { unreadable } from "../formats/streams.ts";

interface TarMember {
  readonly name: string;
  readonly start: number;
  readonly size: number;
}

const BLOCK = 512;
/** Bytes of a member that has a name or sizes of the next one. */
const mostHeader = 2 ** 16;

export interface TarListing {
  /** All plain files. */
  readonly members: readonly TarMember[];
  /** Whether zeros follow the last, as the format wants: an archive that was cut between two members has none. */
  readonly closed: boolean;
}

/** What an archive holds. Throws `data` when it is none, or cut within a member. */
export function listTar(path: string): TarListing {
  const members: TarMember[] = [];
  let closed = false;
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const { size: end } = fstatSync(file);
    const read = (at: number, length: number): Buffer => {
      const bytes = Buffer.alloc(length);
      if (at + length > end || readSync(file!, bytes, 0, length, at) !== length) throw damaged(path, at);
      return bytes;
    };
    let next: { name?: string | undefined; size?: number | undefined } = {};
    for (let at = 0; at < end; ) {
      const header = read(at, BLOCK);
      closed = header.every((byte) => byte === 0);
      if (closed) break;
      if (checksum(header) !== octal(header, 148, 8)) throw damaged(path, at);
      const size = next.size ?? octal(header, 124, 12);
      const start = at + BLOCK;
      if (!Number.isSafeInteger(size) || start + size > end) throw damaged(path, at);
      const type = String.fromCharCode(header[156]!);
      if ((type === "x" || type === "L") && size > mostHeader) throw damaged(path, at);
      if (type === "x") next = { ...next, ...pax(read(start, size)) };
      else if (type === "L") next = { ...next, name: text(read(start, size), 0, size) };
      else {
        const prefix = text(header, 257, 5) === "ustar" ? text(header, 345, 155) : "";
        const own = text(header, 0, 100);
        const name = next.name ?? (prefix === "" ? own : `${prefix}/${own}`);
        if (type === "0" || type === "\0") members.push({ name, start, size });
        next = {};
      }
      at = start + Math.ceil(size / BLOCK) * BLOCK;
    }
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
  return { members, closed };
}

function damaged(path: string, at: number): BetalabError {
  const message = `${path}: not a tar archive, truncated or damaged at byte ${at}`;
  return new BetalabError("data", message, "copy or download the file again");
}

/** The sum of the header's bytes, its own field as blanks. */
function checksum(header: Buffer): number {
  return header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte), 0);
}

const text = (bytes: Buffer, at: number, length: number): string =>
  bytes.toString("utf8", at, at + length).replace(/\0.*$/s, "");

function octal(bytes: Buffer, at: number, length: number): number {
  // GNU's way for sizes above 8 GB: a binary number behind a set bit.
  if ((bytes[at]! & 0x80) !== 0)
    return bytes.subarray(at + 1, at + length).reduce((sum, byte) => sum * 256 + byte, 0);
  return Number.parseInt(text(bytes, at, length).trim() || "0", 8);
}

/** Records such as `27 path=some/name\n`. */
function pax(bytes: Buffer): { name?: string; size?: number } {
  const found: { name?: string; size?: number } = {};
  for (let at = 0; at < bytes.length; ) {
    const length = Number.parseInt(bytes.toString("latin1", at, at + 10), 10);
    if (!(length > 0)) break;
    const [, key, value = ""] = /^\d+ (\w+)=(.*)\n$/s.exec(bytes.toString("utf8", at, at + length)) ?? [];
    if (key === "path") found.name = value;
    if (key === "size") found.size = Number(value);
    at += length;
  }
  return found;
}
