/** Lists of anything. */

/** At most `most` of them, evenly spread, the first and the last among them; of one alone, the last. */
export function thinned<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  if (most < 2) return [all.at(-1)!];
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]!);
}
