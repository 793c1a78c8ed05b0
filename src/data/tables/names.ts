/** What tables and labels share: an order of names, and a value that may not be had. Pure. */

/** A side array that is used, or why it is not. */
export type Read<T> = { readonly value: T } | { readonly reason: string };

/** Made when it is first asked: that takes some milliseconds of each start. */
let collator: Intl.Collator | undefined;

/** Natural order (2 before 10), the same on every machine; names that differ only in case keep an order too. */
export function naturalOrder(a: string, b: string): number {
  collator ??= new Intl.Collator("en", { numeric: true });
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}
