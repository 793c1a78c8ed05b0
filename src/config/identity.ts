/** What makes a run this run: the hash of its resolved config. Two runs of one identity would be the same run. */

import { createHash } from "node:crypto";
import type { Config } from "./index.ts";

/** 64 hex digits: SHA-256 of the canonical JSON of all that decides the outcome of training. */
export function identityOf(config: Config): string {
  // A name decides nothing. Threads decide only the order of additions, and differ from machine to machine.
  const { name: _, threads: __, ...deciding } = config;
  return createHash("sha256").update(canonicalJson(deciding)).digest("hex");
}

/** JSON with the keys of every object in alphabetical order; absent and undefined are the same. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    const sorted = Object.keys(inner).toSorted();
    return Object.fromEntries(sorted.map((key) => [key, (inner as Record<string, unknown>)[key]]));
  });
}

/** A place where two configs differ. */
export interface Difference {
  /** `objective.beta`. */
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Where two values differ, by path; an object on one side only is one difference. */
export function differences(before: unknown, after: unknown, path = ""): Difference[] {
  if (isSection(before) && isSection(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => differences(before[key], after[key], path === "" ? key : `${path}.${key}`));
  }
  return canonicalJson(before) === canonicalJson(after) ? [] : [{ key: path, before, after }];
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
