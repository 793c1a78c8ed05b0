/** How pairs were judged until November 2026: each by its own seeds alone, with Holm's test within one measure. */

import { studentTail } from "../../src/base/probabilities.ts";
import { mean, variance } from "../../src/base/statistics.ts";
import { holm } from "../../src/jobs/compare/multiplicity.ts";

export function before(bySeed: readonly ReadonlyMap<number, number>[]): { to: number; larger: boolean }[] {
  const pairs = bySeed.flatMap((first, from) =>
    bySeed.slice(from + 1).flatMap((second, i) => {
      const p = pairwise(first, second);
      return p === undefined ? [] : [{ to: from + 1 + i, p }];
    }),
  );
  const adjusted = holm(pairs.map(({ p }) => p));
  return pairs.map(({ to }, i) => ({ to, larger: adjusted[i]! <= 0.05 }));
}

/** Paired over the seeds that both have, where there are two; otherwise Welch's test. */
function pairwise(
  first: ReadonlyMap<number, number>,
  second: ReadonlyMap<number, number>,
): number | undefined {
  const common = [...first.keys()].filter((seed) => second.has(seed));
  if (common.length >= 2) {
    const within = common.map((seed) => second.get(seed)! - first.get(seed)!);
    return studentTail(
      Math.abs(mean(within)) / Math.sqrt(variance(within) / within.length),
      within.length - 1,
    );
  }
  const [a, b] = [[...first.values()], [...second.values()]];
  if (a.length < 2 || b.length < 2) return undefined;
  const [u, v] = [variance(a) / a.length, variance(b) / b.length];
  const freedom = (u + v) ** 2 / (u ** 2 / (a.length - 1) + v ** 2 / (b.length - 1));
  return studentTail(Math.abs(mean(b) - mean(a)) / Math.sqrt(u + v), freedom);
}
