/** Whether a place can be written to, before there is anything to write. */

import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";
import { nearestThere, onDisk } from "./disk.ts";

/** Throws BetalabError "disk" where a file or a folder, there or not, can't be written. */
export function checkWritable(path: string): void {
  onDisk(path, () => {
    const { there, missing } = nearestThere(path);
    // A file is replaced, which is a matter of its folder.
    const isFile = !statSync(there).isDirectory();
    if (isFile && there !== missing) throw Object.assign(new Error("not a folder"), { code: "ENOTDIR" });
    accessSync(isFile ? dirname(there) : there, constants.W_OK);
  });
}
