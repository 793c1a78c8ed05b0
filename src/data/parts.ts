/** The splits that a set was published in, train, val and test, and which of them is held out. Pure. */

import { BetalabError } from "../base/errors.ts";

export const partNames = ["train", "val", "test"] as const;
export type PartName = (typeof partNames)[number];

/** What there is of each split, or of one set that is yet to be divided. */
export type Parts<T> = { -readonly [Name in PartName | "all"]?: T };

/** The split that a folder's or a file's name says; nothing for another name. */
export function partOf(name: string): PartName | undefined {
  const word = name.toLowerCase();
  if (/^(train|training)$/.test(word)) return "train";
  if (/^(val|valid|validation|dev)$/.test(word)) return "val";
  return /^(test|testing)$/.test(word) ? "test" : undefined;
}

/**
 * Which part trains and which is held out, as `data.split` asks (default: the test split where there is one, else
 * val), with a note that counts them. "all" takes them as one set, to be divided; so is a split that is there alone.
 *
 * Throws `config` for a split that the set doesn't have.
 */
export function chooseParts(
  counts: Parts<number>,
  wanted: "test" | "val" | "all" | undefined,
): { heldOut: "test" | "val" | undefined; notes: string[] } {
  const there = partNames.filter((name) => counts[name] !== undefined);
  if (there.length === 0) {
    if (wanted === undefined || wanted === "all") return { heldOut: undefined, notes: [] };
    throw new BetalabError("config", `data.split: "${wanted}", but the set has no splits of its own`);
  }
  const told = there.map((name) => `${counts[name]} ${name}`).join(", ");
  if (wanted === "all") {
    return { heldOut: undefined, notes: [`the set's own splits (${told}) are taken as one set`] };
  }
  if (there.length === 1 && wanted === undefined) {
    return { heldOut: undefined, notes: [`of the set's own splits there is ${there[0]} alone, ${told}`] };
  }
  const heldOut = wanted ?? (counts.test === undefined ? "val" : "test");
  if (counts[heldOut] === undefined) {
    throw new BetalabError(
      "config",
      `data.split: "${heldOut}", but the set's splits are ${told}`,
      `choose one of: ${[...there.filter((name) => name !== "train"), "all"].join(", ")}`,
    );
  }
  const unused = there.filter((name) => name !== "train" && name !== heldOut);
  const rest = unused.length > 0 ? `; ${unused.join(", ")} is not used` : "";
  return { heldOut, notes: [`the set's own splits: ${told}; ${heldOut} is held out${rest}`] };
}
