/** What makes a run this run: the hash of its resolved config. Two runs of one identity would be the same run. */

import { canonicalJson } from "../base/json.ts";
import { sha256 } from "../base/sha256.ts";
import type { Config } from "./schema.ts";

/**
 * Keys that decide nothing of what a run is: its name; threads and device, which change no more than the order of
 * additions and differ from machine to machine.
 */
export const undecided = ["name", "device", "threads"] as const;

/** 64 hex digits: SHA-256 of the canonical JSON of all that decides the outcome of training. */
export function identityOf(config: Config): string {
  const deciding = Object.entries(config).filter(([key]) => !(undecided as readonly string[]).includes(key));
  return sha256(canonicalJson(Object.fromEntries(deciding)));
}
