/** What tables, labels and notes share: an order of names, classes by name, and a value that may not be had. Pure. */

import type { Labels } from "../dataset.ts";

/** A side array that is used, or why it is not. */
export type Read<T> = { readonly value: T } | { readonly reason: string };

/** Made when it is first asked: that takes some milliseconds of each start. */
let collator: Intl.Collator | undefined;

/** Natural order (2 before 10), the same on every machine; names that differ only in case keep an order too. */
export function naturalOrder(a: string, b: string): number {
  collator ??= new Intl.Collator("en", { numeric: true });
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** The classes of texts, in natural order. */
export function labelsOfText(text: readonly string[]): Labels {
  const names = [...new Set(text)].sort(naturalOrder);
  const position = new Map(names.map((name, i) => [name, i]));
  return { names, values: Int32Array.from(text, (name) => position.get(name)!) };
}

/** The first `most` of them, the others counted: "a; b; and 3 more". */
export const firstFew = (items: readonly string[], most: number): string =>
  [...items.slice(0, most), ...(items.length > most ? [`and ${items.length - most} more`] : [])].join("; ");
