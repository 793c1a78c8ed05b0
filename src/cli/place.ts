/** Whether a place can be written to, before the work whose results go there. */

import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { nearestThere, onDisk } from "../base/disk.ts";
import type { JobDescription } from "../workbench/index.ts";

/** Before hours of work whose results could not be written: they go to `place`, or beside their subject. */
export function checkPlace(
  { takes }: JobDescription,
  subject: string | readonly string[] | undefined,
  place: string | undefined,
): void {
  const subjects = ["run", "model", "models"].includes(takes) ? [subject ?? []].flat() : [];
  const places = place === undefined ? subjects.filter((path) => existsSync(path)) : [place];
  for (const path of places) checkWritable(path);
}

/** Of a file or a folder that may be there or not. */
function checkWritable(path: string): void {
  onDisk(path, () => {
    const { there, missing } = nearestThere(path);
    // A file is replaced, which is a matter of its folder.
    const isFile = !statSync(there).isDirectory();
    if (isFile && there !== missing) throw Object.assign(new Error("not a folder"), { code: "ENOTDIR" });
    accessSync(isFile ? dirname(there) : there, constants.W_OK);
  });
}
