/** Long sums are taken in rows, each of which is added to what was. */

/** Elements of a row that are summed up before they are added to what was: longer sums would lose digits. */
const LONGEST = 2048;

/** Cuts a last axis that is summed over into rows of bearable length. */
export function splitLongSums(nest: { sizes: number[]; lists: number[][] }, firstSum: number): typeof nest {
  const { sizes, lists } = nest;
  const length = sizes.at(-1)!;
  if (length <= 2 * LONGEST || !lists.slice(firstSum).some((list) => list.at(-1) === 0)) return nest;
  let part = LONGEST;
  while (part > 4 && length % part !== 0) part -= 4;
  if (length % part !== 0 || part < 64) return nest;
  return {
    sizes: [...sizes.slice(0, -1), length / part, part],
    lists: lists.map((list) => [...list.slice(0, -1), list.at(-1)! * part, list.at(-1)!]),
  };
}
