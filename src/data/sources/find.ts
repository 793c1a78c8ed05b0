/** Where files may lie: the folders a source searches, in order; and the error where they are in none. */

import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { BetalabError } from "../../base/errors.ts";
import type { DataContext } from "../context.ts";
import { downloadDirectory } from "../store/place.ts";

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

/** `place` itself when it is a file, the files in it with a name like that when it is a folder. */
export function filesAt(place: string | undefined, name: RegExp): string[] {
  if (place === undefined) return [];
  if (isFile(place)) return [place];
  if (!isDirectory(place)) return [];
  return readdirSync(place)
    .filter((one) => name.test(one) && !one.startsWith("."))
    .sort()
    .map((one) => join(place, one));
}

/** The one file of a source. Throws `data` where there is none, or more than one. */
export function theFile(what: string, place: string | undefined, name: RegExp, obtain: string): string {
  const found = filesAt(place, name);
  if (found.length === 1) return found[0]!;
  if (found.length === 0) throw notFound(what, [place], obtain);
  const names = found.map((path) => basename(path)).join(", ");
  throw new BetalabError("data", `${place}: several files: ${names}`, "name one of them in data.path");
}

/** The error of a source whose files are nowhere to be found, in none of the places that were named. */
export function notFound(what: string, tried: readonly (string | undefined)[], advice: string): BetalabError {
  const places = tried.flatMap((place) => (place ? `\n  ${place}` : [])).join("");
  return new BetalabError(
    "data",
    places === "" ? `${what}: not found, as no place was named` : `${what}: not found. Looked in:${places}`,
    advice,
  );
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
