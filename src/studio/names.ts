/** Names of what a studio keeps: paths with slashes for pages, ids that sort by time for its own folders. */

import { randomBytes } from "node:crypto";
import { relative, sep } from "node:path";

/** `path` as seen from `folder`, with slashes on every system. */
export const pathBelow = (folder: string, path: string): string =>
  relative(folder, path).split(sep).join("/");

/** "20261126T203000000-1a2b3c". */
export const newId = (time = new Date().toISOString()): string =>
  `${time.replaceAll(/[-:.Z]/g, "")}-${randomBytes(3).toString("hex")}`;

export const isId = (name: string): boolean => /^[\dT]+-[0-9a-f]+$/.test(name);
