/** The pictures below a folder, in natural order (2 before 10), with what tells one state of them from another. */

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { BetalabError } from "../../base/errors.ts";
import type { Labels } from "../dataset.ts";

export interface PictureFile {
  /** Relative to the folder, with slashes on every system. */
  readonly path: string;
  readonly size: number;
  readonly modified: number;
}

const pictureName = /\.(jpe?g|png|webp|tiff?|gif)$/i;

const collator = new Intl.Collator("en", { numeric: true });

/** Natural order, the same on every machine; names that differ only in case keep an order too. */
function naturalOrder(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/**
 * All pictures below `folder`, hidden files and folders left out (a Mac puts `._picture.jpg` beside a picture).
 *
 * Throws `data` when there are none.
 */
export async function scanFolder(folder: string): Promise<PictureFile[]> {
  const paths: string[] = [];
  let others = 0;
  const visit = async (below: string): Promise<void> => {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      if (entry.name.startsWith(".") || entry.name === "__MACOSX") continue;
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      // A link to a folder is not followed, since it may lead in a circle; one to a picture is a picture.
      if (entry.isDirectory()) await visit(path);
      else if (pictureName.test(entry.name)) paths.push(path);
      else others++;
    }
  };
  try {
    await visit("");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const why = missing ? "no such folder" : (error as Error).message;
    throw new BetalabError("data", `${folder}: can't be read (${why})`, undefined, { cause: error });
  }
  if (paths.length === 0) {
    throw new BetalabError(
      "data",
      `${folder}: no pictures in it${others > 0 ? `, among ${others} other file${others === 1 ? "" : "s"}` : ""}`,
      "pictures are .jpg, .jpeg, .png, .webp, .tif, .tiff and .gif; subfolders are searched too",
    );
  }
  paths.sort(naturalOrder);
  const pictures: PictureFile[] = [];
  for (let at = 0; at < paths.length; at += 256) {
    const some = paths.slice(at, at + 256).map(async (path) => {
      // A broken link is an unreadable picture, which decoding then names.
      const found = await stat(join(folder, path)).catch(() => undefined);
      return { path, size: found?.size ?? 0, modified: found?.mtimeMs ?? 0 };
    });
    pictures.push(...(await Promise.all(some)));
  }
  return pictures;
}

/**
 * The subfolders directly below the folder as labels, when there are at least two and every picture lies in one;
 * `note` says why there are none where somebody may have expected them.
 */
export function folderLabels(paths: readonly string[]): { labels?: Labels; note?: string } {
  const folders = paths.map((path) => (path.includes("/") ? path.slice(0, path.indexOf("/")) : undefined));
  const names = [...new Set(folders)].filter((name) => name !== undefined).sort(naturalOrder);
  if (names.length < 2) return {};
  const outside = folders.filter((name) => name === undefined).length;
  if (outside > 0) {
    const lie = outside === 1 ? "1 picture lies" : `${outside} pictures lie`;
    return { note: `no labels: ${lie} outside of the subfolders` };
  }
  const position = new Map(names.map((name, i) => [name, i]));
  return { labels: { names, values: Int32Array.from(folders, (name) => position.get(name!)!) } };
}
