/** The comparison as sentences: what changes from one setting to another, by the tests' results alone. */

import { describeChange, type Said } from "../../metrics/index.ts";
import type { Comparison } from "./compare.ts";
import type { Group } from "./group.ts";

/** Settings beside the first that are spoken of where they have no order. */
const MOST = 3;

/** From the first setting to the last where they are ordered by a number, else from the first to the others. */
export function changes(
  { measures }: Pick<Comparison, "measures">,
  groups: readonly Group<unknown>[],
): readonly Said[] {
  const betas = groups.map(({ settings }) => settings["objective.beta"]);
  const isOrdered = groups.every(({ settings }) => {
    const values = Object.values(settings);
    return values.length === 1 && typeof values[0] === "number";
  });
  const others = groups.map((_, i) => i).slice(1);
  return (isOrdered ? others.slice(-1) : others.slice(0, MOST)).flatMap((to) => {
    const changed = measures.flatMap(({ key, label, unit, better, intervals, differences, withheld }) => {
      const pair = differences.find((one) => one.from === 0 && one.to === to);
      if (pair === undefined || withheld !== undefined) return [];
      const { difference, low, high, p } = pair;
      const [before, after] = [intervals[0]!.mean, intervals[to]!.mean];
      const larger = Number.isNaN(p) ? undefined : pair.larger;
      return [{ key, label, unit, better, before, after, difference, halfWidth: (high - low) / 2, larger }];
    });
    if (changed.length === 0) return [];
    const [first, last] = [betas[0], betas[to]];
    const pair = typeof first === "number" && typeof last === "number" ? ([first, last] as const) : undefined;
    return [
      describeChange({
        from: groups[0]!.label,
        to: groups[to]!.label,
        betas: isOrdered ? pair : undefined,
        measures: changed,
      }),
    ];
  });
}
