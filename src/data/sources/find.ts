/** Where files may lie: the folders a source searches, in order. */

import { statSync } from "node:fs";
import { join } from "node:path";
import { type DataContext, downloadDirectory } from "../context.ts";

/**
 * The places for the set `name`: `path` alone where the user named one; otherwise the data directory, the
 * folder of that name in it, and where `fetch` puts it.
 */
export function placesFor(name: string, path: string | undefined, context: DataContext): string[] {
  if (path !== undefined) return [path];
  const { dataDirectory } = context;
  return [
    ...(dataDirectory === undefined ? [] : [dataDirectory, join(dataDirectory, name)]),
    downloadDirectory(context, name),
  ];
}

export function isFile(path: string): boolean {
  return look(path)?.isFile() ?? false;
}

export function isDirectory(path: string): boolean {
  return look(path)?.isDirectory() ?? false;
}

/** What is at `path`; nothing too for a place below a file, or one that we may not look at. */
function look(path: string) {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
