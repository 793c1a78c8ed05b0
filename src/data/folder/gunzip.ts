/** A tar archive that is gzip, as a plain copy among the cache's temporary files for as long as its pictures are read. */

import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import {
  discard,
  diskError,
  makeFolder,
  removeStaleTemporaries,
  temporaryPath,
  writeAll,
} from "../../base/disk.ts";
import { report } from "../../base/progress.ts";
import type { DataContext } from "../context.ts";
import { isTar } from "../formats/recognise.ts";
import { fileChunks, firstBytes, isGzip } from "../formats/streams.ts";
import { packedDirectory, withPlace } from "../store/packed.ts";
import { cacheOf } from "../store/place.ts";

export interface PlainCopy {
  readonly path: string;
  remove(): void;
}

/**
 * The copy, or nothing where the file is not a gzipped tar archive. A gzip can't be entered in its middle, so it is
 * unpacked once, in one stream.
 *
 * Throws `data` where it is damaged, `disk` where the cache can't hold it, `interrupted`.
 */
export async function gunzipTar(place: string, context: DataContext): Promise<PlainCopy | undefined> {
  if (!isGzip(firstBytes(place, 2)) || !(await beginsAsTar(place))) return undefined;
  const folder = packedDirectory(cacheOf(context));
  withPlace(() => makeFolder(folder));
  removeStaleTemporaries(folder, true);
  const path = temporaryPath(join(folder, "archive.tar"));
  const remove = () => discard(path);
  try {
    const file = openSync(path, "wx");
    try {
      let done = 0;
      for await (const chunk of fileChunks(place)) {
        report(context, "unpacking the archive", done, 0);
        writeAll(file, chunk);
        done += chunk.length;
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    remove();
    return withPlace(() => {
      throw diskError(error, path);
    });
  }
  return { path, remove };
}

async function beginsAsTar(place: string): Promise<boolean> {
  for await (const chunk of fileChunks(place)) return isTar(chunk);
  return false;
}
