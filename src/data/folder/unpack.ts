/** Members of a downloaded tar.gz as files beside it, for sets that are published in no other form. */

import { closeSync, openSync, readSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { writeFileAtomic } from "../../base/disk.ts";
import { BetalabError } from "../../base/errors.ts";
import { report } from "../../base/progress.ts";
import type { DataContext } from "../context.ts";
import { gunzipTar } from "./gunzip.ts";
import { listTar } from "./tar.ts";

/**
 * Writes the members whose path in the archive matches, each under its own name without folders; those that lie there in
 * their length are left.
 *
 * Throws as `gunzipTar` and `listTar` do, and `disk`.
 */
export async function unpackTar(archive: string, members: RegExp, context: DataContext): Promise<void> {
  const plain = await gunzipTar(archive, context);
  try {
    const file = openSync(plain?.path ?? archive, "r");
    try {
      const wanted = listTar(plain?.path ?? archive).members.filter(({ name }) => members.test(name));
      if (wanted.length === 0)
        throw new BetalabError("data", `${archive}: not a tar archive with the files of this set`);
      for (const [done, { name, start, size }] of wanted.entries()) {
        report(context, "unpacking the archive", done, wanted.length);
        const path = join(dirname(archive), basename(name));
        if (statSync(path, { throwIfNoEntry: false })?.size === size) continue;
        const bytes = new Uint8Array(size);
        readSync(file, bytes, 0, size, start);
        writeFileAtomic(path, bytes);
      }
    } finally {
      closeSync(file);
    }
  } finally {
    plain?.remove();
  }
}
