/** Many tests at once: what each p is worth beside the others. Pure; NaN stands for a test that could not be made. */

/** Holm's adjusted p (1979): those at most α are wrong in any one with probability α at most, whatever depends on what. */
export function holm(ps: readonly number[]): number[] {
  let largest = 0;
  return inOrder(ps, (p, rank, count) => {
    largest = Math.max(largest, Math.min(1, (count - rank) * p));
    return largest;
  });
}

/**
 * Benjamini and Hochberg's adjusted p (1995): of those at most q, a share q is expected to be wrong (under
 * independence or positive dependence).
 */
export function falseDiscoveryRate(ps: readonly number[]): number[] {
  let smallest = 1;
  return inOrder(
    ps,
    (p, rank, count) => {
      smallest = Math.min(smallest, (count * p) / (rank + 1));
      return smallest;
    },
    true,
  );
}

/** Goes through the p that are known, from the smallest (or the largest) on. */
function inOrder(
  ps: readonly number[],
  adjust: (p: number, rank: number, count: number) => number,
  reversed = false,
): number[] {
  const order = ps.flatMap((p, i) => (Number.isNaN(p) ? [] : [i])).sort((i, j) => ps[i]! - ps[j]!);
  const adjusted = ps.map(() => Number.NaN);
  const ranks = order.map((i, rank) => [i, rank] as const);
  for (const [i, rank] of reversed ? ranks.reverse() : ranks)
    adjusted[i] = adjust(ps[i]!, rank, order.length);
  return adjusted;
}
