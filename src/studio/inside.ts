/** From what an address names to a file below a folder, and to nothing else. */

import { lstatSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { notThere } from "./refused.ts";

/**
 * The real path of what `path`, with slashes, names below `root`. Nothing is reached by `..`, through a link (wherever it leads),
 * or with a name that begins with a dot: leases, temporary files, the studio's own folders.
 *
 * @throws Refused 404
 */
export function inside(root: string, path: string): string {
  const parts = path.split("/");
  if (!parts.every(isName)) throw notThere(showPath(path));
  const found = realOf(join(root, ...parts));
  // A link anywhere on the way makes another path of it.
  if (found === undefined || found !== join(realOf(root) ?? root, ...parts)) throw notThere(showPath(path));
  return found;
}

/** Whether `path` names a place below `root` as `inside` does; there may be nothing yet. */
export function isPlace(root: string, path: string): boolean {
  const parts = path.split("/");
  return parts.every(isName) && !parts.some((_, i) => isLink(join(root, ...parts.slice(0, i + 1))));
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch {
    return true; // Below a file, too long for a name: nothing can be there either.
  }
}

const isName = (part: string): boolean =>
  part !== "" && !part.startsWith(".") && ![..."\0\\"].some((letter) => part.includes(letter));

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined; // Absent, too long for a name, not to be read: it is not there for anybody.
  }
}

const LONGEST = 120;
const showPath = (path: string): string =>
  JSON.stringify(path.length <= LONGEST ? path : `${path.slice(0, LONGEST)}…`);
