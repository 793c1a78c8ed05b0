/** What the runs of a sweep are called: by the settings that the sweep gave them, `beta-4_seed-0`. */

import { canonicalJson } from "../base/json.ts";
import { groupBy } from "../base/lists.ts";
import { sha256 } from "../base/sha256.ts";
import type { Settings } from "./algebra.ts";

/** Longer ones are cut, since some file systems end at 255 bytes and a path holds more than a name. */
const LONGEST = 100;

/** A name for each of the settings, all different, each a folder's name on every system. */
export function runNames(all: readonly Settings[]): string[] {
  const short = shortKeys([...new Set(all.flatMap((settings) => Object.keys(settings)))]);
  const names = all.map((settings) => {
    const parts = Object.entries(settings).map(([key, value]) => `${short.get(key)!}-${valueText(value)}`);
    return parts.length === 0 ? "run" : parts.join("_");
  });
  // Folders whose names differ in case alone are one folder on some systems.
  const same = groupBy(names, (name) => name.toLowerCase());
  return names.map((name, i) => {
    const unique = same.get(name.toLowerCase())!.length === 1 && name.length <= LONGEST;
    return unique ? name : `${name.slice(0, LONGEST)}-${digest(all[i]!)}`;
  });
}

/** The last part of each path, with as many parts before it as tell it from the others. */
export function shortKeys(keys: readonly string[]): Map<string, string> {
  const parts = keys.map((key) => key.split("."));
  const depth = Math.max(0, ...parts.map(({ length }) => length));
  return new Map(
    keys.map((key, i) => {
      for (let count = 1; count <= depth; count++) {
        const tail = parts[i]!.slice(-count).join(".");
        const others = parts.filter((other, j) => j !== i && other.slice(-count).join(".") === tail);
        if (others.length === 0) return [key, tail];
      }
      return [key, key];
    }),
  );
}

/** What identifies a value to a person: "4", "conv28", "400-400", "linear-0-4". */
function valueText(value: unknown): string {
  const leaves = (inner: unknown): unknown[] =>
    typeof inner === "object" && inner !== null ? Object.values(inner).flatMap(leaves) : [inner];
  const text = leaves(value).map(String).join("-");
  return text.replaceAll(/[^A-Za-z0-9.+-]+/g, "-").replaceAll(/^[.-]+(?=[^\d.-])|-+$/g, "") || "empty";
}

function digest(settings: Settings): string {
  return sha256(canonicalJson(settings)).slice(0, 8);
}
