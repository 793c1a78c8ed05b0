/**
 * The pictures below a folder, in natural order (2 before 10), with what tells one state of them from another; what
 * else lies there is counted. Links are followed, each folder once.
 */

import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { BetalabError } from "../../base/errors.ts";
import { report, type Watch } from "../../base/progress.ts";
import type { Labels } from "../dataset.ts";
import { readPart, unreadable } from "../formats/streams.ts";
import { type PartName, partNames, partOf } from "../parts.ts";
import { labelsOfText, naturalOrder } from "../tables/names.ts";

export interface PictureFile {
  /** Relative to the folder, with slashes on every system. */
  readonly path: string;
  /**
   * What changes when the content does: number, size and times of the file. No two folders agree in it, and nobody can
   * set the time of the last change, so it stands for the content without reading it.
   */
  readonly state: string;
  /** Why it can't be read, where that is known already: a broken link, a pipe, a device. */
  readonly problem?: string;
  /** Its class, where that is not its folder. */
  readonly label?: string;
  /** Where it is a file of its own. */
  readonly place?: string;
  /** The file's bytes, or the first of them: `most` at least. */
  read(most?: number): Promise<Uint8Array>;
}

export interface FolderContent {
  readonly pictures: readonly PictureFile[];
  /** One line for what is not read, if anything. */
  readonly notes: readonly string[];
}

export const pictureName = /\.(jpe?g|jpe|jfif|pjpe?g|png|webp|tiff?|gif|avif|bmp)$/i;

/** What systems leave in folders: thumbnails of a NAS, a Mac's copies, waste bins. */
export const systemName =
  /^([.@]|__MACOSX$|#recycle$|\$RECYCLE\.BIN$|lost\+found$|Thumbs\.db$|desktop\.ini$)/i;

/**
 * All pictures below `folder`; hidden files and folders, and those that systems make, are left out.
 *
 * Throws `data` when there are none.
 */
export async function scanFolder(folder: string, watch: Watch = {}): Promise<FolderContent> {
  const paths: string[] = [];
  const others = new Map<string, number>();
  const seen = new Set<string>();
  const visit = async (below: string): Promise<void> => {
    const real = await realpath(join(folder, below));
    if (seen.has(real)) return;
    seen.add(real);
    reportLooking(watch, paths.length, 0);
    for (const entry of await readdir(real, { withFileTypes: true })) {
      if (systemName.test(entry.name)) continue;
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      const linked = entry.isSymbolicLink() ? await stat(join(folder, path)).catch(() => undefined) : entry;
      if (linked?.isDirectory()) await visit(path);
      else if (pictureName.test(entry.name)) paths.push(path);
      else {
        const kind = extname(entry.name).toLowerCase() || "without an ending";
        others.set(kind, (others.get(kind) ?? 0) + 1);
      }
    }
  };
  try {
    await visit("");
  } catch (error) {
    throw unreadable(folder, error, "is not a folder of pictures");
  }
  const notes = otherNotes(others);
  if (paths.length === 0) throw noPictures(folder, notes);
  paths.sort(naturalOrder);
  const pictures: PictureFile[] = [];
  for (let at = 0; at < paths.length; at += 256) {
    reportLooking(watch, at, paths.length);
    pictures.push(...(await Promise.all(paths.slice(at, at + 256).map((path) => pictureFile(folder, path)))));
  }
  return { pictures, notes };
}

/** Stops when asked to at once; tells of it once that takes a while. */
export function reportLooking({ signal, onProgress }: Watch, done: number, total: number): void {
  report({ signal, ...(done >= 4096 && { onProgress }) }, "looking for pictures", done, total);
}

async function pictureFile(folder: string, path: string): Promise<PictureFile> {
  const place = join(folder, path);
  const read = (most?: number) => (most === undefined ? readFile(place) : readPart(place, 0, most));
  try {
    const found = await stat(place, { bigint: true });
    const { ino, size, mtimeNs, ctimeNs } = found;
    const state = [ino, size, mtimeNs, ctimeNs].join(" ");
    return { path, state, place, read, ...(!found.isFile() && { problem: "it is not a file" }) };
  } catch (error) {
    return {
      path,
      state: "",
      read,
      problem: (error as NodeJS.ErrnoException).code === "ENOENT" ? "a broken link" : String(error),
    };
  }
}

/** Of a folder or an archive, with what lies there instead. */
export function noPictures(place: string, notes: readonly string[]): BetalabError {
  const archives = /\.(zip|tar|t?gz)\b/.test(notes[0] ?? "")
    ? "; archives in it are not opened: unpack them"
    : "";
  return new BetalabError(
    "data",
    `${place}: no pictures in it${notes.length > 0 ? `; ${notes[0]}` : ""}`,
    `pictures are JPEG, PNG, WebP, TIFF, GIF, AVIF and BMP files; subfolders are searched too${archives}`,
  );
}

export function otherNotes(others: ReadonlyMap<string, number>): string[] {
  if (others.size === 0) return [];
  const kinds = [...others].sort(([a, n], [b, m]) => m - n || naturalOrder(a, b));
  const told = kinds.slice(0, 6).map(([kind, count]) => `${count} ${kind}`);
  if (kinds.length > 6) told.push(`${kinds.length - 6} kinds more`);
  const total = kinds.reduce((sum, [, count]) => sum + count, 0);
  const heic = kinds.some(([kind]) => /^\.hei[cf]$/.test(kind)) ? "; convert HEIC to JPEG or PNG" : "";
  return [`${total} other file${total === 1 ? " is" : "s are"} not read: ${told.join(", ")}${heic}`];
}

/** How many folders all of them lie in: these say nothing of any of them. */
export function commonDepth(paths: readonly string[]): number {
  const folders = paths.map((path) => path.split("/").slice(0, -1));
  const [first = []] = folders;
  const depth = first.findIndex((name, i) => folders.some((names) => names[i] !== name));
  return depth < 0 ? first.length : depth;
}

/**
 * The pictures by the set's own splits, train before val before test, when all lie in folders of such names at `depth`;
 * nothing else.
 */
export function folderParts(paths: readonly string[], depth: number): Map<string, PartName> | undefined {
  const parts = new Map(
    paths.map((path) => {
      const folder = path.split("/").slice(0, -1)[depth];
      return [path, folder === undefined ? undefined : partOf(folder)];
    }),
  );
  const names = new Set(parts.values());
  if (names.has(undefined) || !names.has("train") || names.size < 2) return undefined;
  return parts as Map<string, PartName>;
}

/** In the order of their splits, each in the order that it had. */
export function byPart<T extends { readonly path: string }>(
  pictures: readonly T[],
  parts: Map<string, PartName>,
): T[] {
  return partNames.flatMap((name) => pictures.filter(({ path }) => parts.get(path) === name));
}

/**
 * The folders at `depth` as labels, when there are at least two and every picture lies in one. `note` says why there are none
 * where somebody may have expected them, and of deeper folders that they are none.
 */
export function folderLabels(paths: readonly string[], depth: number): { labels?: Labels; note?: string } {
  const folders = paths.map((path) => path.split("/").slice(0, -1));
  const own = folders.map((names) => names[depth]);
  const names = new Set(own.filter((name) => name !== undefined));
  if (names.size < 2) return {};
  const outside = own.filter((name) => name === undefined).length;
  if (outside > 0) {
    const lie = outside === 1 ? "1 picture lies" : `${outside} pictures lie`;
    return { note: `no labels: ${lie} outside of the subfolders` };
  }
  const labels = labelsOfText(own as string[]);
  const deeper = folders.find((one) => one.length > depth + 1)?.slice(depth);
  if (deeper === undefined) return { labels };
  const note = `labels are the outermost subfolders: a picture in ${deeper.join("/")} has the label ${deeper[0]}`;
  return { labels, note };
}
