/**
 * The pictures in a tar or zip archive, where they lie: nothing is unpacked to the disk. Folders in it are labels and
 * splits as in a folder; a text beside a picture that is called `.cls` is its class (webdataset).
 */

import { stat } from "node:fs/promises";
import type { Watch } from "../../base/progress.ts";
import { collect, readPart } from "../formats/streams.ts";
import { listZip, zipChunks } from "../formats/zip.ts";
import { naturalOrder } from "../tables/names.ts";
import {
  commonDepth,
  type FolderContent,
  noPictures,
  otherNotes,
  type PictureFile,
  pictureName,
  reportLooking,
  systemName,
} from "./scan.ts";
import { listTar } from "./tar.ts";

/** Bytes of a picture at most: no camera's file has more. */
const mostBytes = 2 ** 28;

interface Member {
  readonly name: string;
  readonly size: number;
  /** What tells its place in the archive. */
  readonly start: number;
  read(most?: number): Promise<Uint8Array>;
}

interface Listed {
  readonly members: readonly Member[];
  /** What the reader of the result is to know. */
  readonly note?: string;
}

/**
 * The pictures of an archive, in natural order. Throws `data` when it is none, damaged, or without pictures.
 *
 * @param plain its bytes, where `path` is compressed
 */
export async function scanArchive(
  path: string,
  kind: "tar" | "zip",
  watch: Watch = {},
  plain = path,
): Promise<FolderContent> {
  const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  const archive = [ino, size, mtimeNs, ctimeNs].join(" ");
  const { members, note }: Listed = kind === "tar" ? tarMembers(plain) : { members: zipMembers(path) };
  const classes = new Map<string, Member>();
  const others = new Map<string, number>();
  const found: Member[] = [];
  for (const member of members) {
    const parts = member.name.replace(/^(\.?\/)+/, "").split("/");
    if (parts.some((part) => systemName.test(part)) || member.name.endsWith("/")) continue;
    if (pictureName.test(member.name)) found.push(member);
    else if (/\.cls$/i.test(member.name)) classes.set(stem(member.name), member);
    else {
      const ending = /\.\w+$/.exec(member.name)?.[0].toLowerCase() ?? "without an ending";
      others.set(ending, (others.get(ending) ?? 0) + 1);
    }
  }
  const notes = [...otherNotes(others), ...(note === undefined ? [] : [note])];
  if (found.length === 0) throw noPictures(path, notes);
  const depth = commonDepth(found.map(({ name }) => name));
  const labelled = found.every(({ name }) => classes.has(stem(name)));
  const pictures: PictureFile[] = [];
  for (const [done, member] of found.entries()) {
    reportLooking(watch, done, found.length);
    const label = labelled
      ? new TextDecoder().decode(await classes.get(stem(member.name))!.read(4096)).trim()
      : undefined;
    pictures.push({
      path: member.name.split("/").slice(depth).join("/"),
      state: `${archive} ${member.start}`,
      ...(member.size > mostBytes && { problem: `${member.size} bytes are no picture` }),
      ...(label !== undefined && { label }),
      read: member.read,
    });
  }
  return { pictures: pictures.sort((a, b) => naturalOrder(a.path, b.path)), notes };
}

function tarMembers(path: string): Listed {
  const { members, closed } = listTar(path);
  const told = members.map(({ name, start, size }) => ({
    name,
    size,
    start,
    read: (most = size) => readPart(path, start, Math.min(most, size)),
  }));
  return { members: told, ...(!closed && { note: UNCLOSED }) };
}

const UNCLOSED =
  "the archive ends without the zeros that close a tar: it may have been cut, and pictures be missing";

function zipMembers(path: string): Member[] {
  return listZip(path).map((member) => ({
    name: member.name,
    size: member.size,
    start: member.offset,
    read: () => collect(zipChunks(path, member), member.size),
  }));
}

/** What webdataset calls the key of a sample: its name up to the first dot. */
const stem = (name: string): string => name.replace(/(^|.*\/)([^/.]*)[^/]*$/, "$1$2");
