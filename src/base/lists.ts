/** Lists of anything, and of even steps. */

/** The whole numbers from 0, `count` of them. */
export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** `count` equal steps from `first` to `last`, both included; the middle when there is only one. */
export function evenly(first: number, last: number, count: number): number[] {
  if (count === 1) return [(first + last) / 2];
  return Array.from({ length: count }, (_, i) => first + ((last - first) * i) / (count - 1));
}

/** At most `most` of them, evenly spread, the first and the last among them; of one alone, the last. */
export function thinned<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  if (most < 2) return [all.at(-1)!];
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]!);
}

/** Items by key, in the order in which keys first occur (`Map.groupBy`, which Node has from version 21 on). */
export function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** Numbers of one kind end to end. */
export function endToEnd<T extends Uint8Array | Int32Array | Float32Array>(first: T, ...others: T[]): T {
  const length = others.reduce((sum, one) => sum + one.length, first.length);
  const whole = new (first.constructor as new (length: number) => T)(length);
  let start = 0;
  for (const part of [first, ...others]) {
    whole.set(part, start);
    start += part.length;
  }
  return whole;
}
