/** Where the results of a job will go: looked at before its work. */

import { existsSync } from "node:fs";
import { checkWritable } from "../base/writable.ts";
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
