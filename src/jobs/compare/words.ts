/** The comparison as sentences: what changes from one setting to another, by the tests' results alone. */

import { describeChange, type Said } from "../../metrics/index.ts";
import type { Comparison } from "./compare.ts";
import type { Group } from "./group.ts";
import { Names, valueText } from "./names.ts";

/** Settings beside the first that are spoken of where they are no axis. */
const MOST = 5;

interface Step {
  readonly to: number;
  /** "β 1 → 8 at latentDim 4". */
  readonly head: string;
  readonly betas?: readonly [number, number] | undefined;
}

/**
 * From the first setting to the last one where they are ordered by a number, along each factor of a grid from there,
 * else from the first to the others. Nothing where no test found anything.
 */
export function changes(
  { measures, factors }: Pick<Comparison, "measures" | "factors">,
  groups: readonly Group<unknown>[],
): readonly Said[] {
  const said = stepsOf(factors, groups).flatMap(({ to, head, betas }) => {
    const changed = measures.flatMap((measure) => {
      const { key, label, unit, better, intervals, atChance, differences, withheld } = measure;
      const pair = differences.find((one) => one.from === 0 && one.to === to);
      if (pair === undefined || withheld !== undefined) return [];
      const { difference, low, high, p } = pair;
      const [before, after] = [intervals[0]!.mean, intervals[to]!.mean];
      const larger = Number.isNaN(p) ? undefined : pair.larger;
      const halfWidth = (high - low) / 2;
      const isAtChance = atChance[0]! && atChance[to]!;
      return [{ key, label, unit, better, before, after, difference, halfWidth, larger, isAtChance }];
    });
    if (changed.length === 0) return [];
    const isFinding = changed.some(({ larger }) => larger !== false);
    return [{ isFinding, said: describeChange({ head, to: groups[to]!.label, betas, measures: changed }) }];
  });
  return said.some(({ isFinding }) => isFinding) ? said.map((one) => one.said) : [];
}

function stepsOf(factors: Comparison["factors"], groups: readonly Group<unknown>[]): Step[] {
  const names = new Names(factors.map(({ key }) => key));
  const isAxis = ({ levels }: Comparison["factors"][number]): boolean =>
    levels.every((level) => typeof level === "number");
  if (factors.length === 0 || !factors.every(isAxis))
    return groups
      .slice(1, MOST + 1)
      .map(({ label }, i) => ({ to: i + 1, head: `${groups[0]!.label} → ${label}` }));
  return factors.flatMap((factor) => {
    const { key, levels, of } = factor;
    const others = factors.filter((one) => one !== factor);
    const alike = (at: number): boolean => others.every((one) => one.of[at] === one.of[0]);
    const own = groups.map((_, at) => at).filter(alike);
    const to = own.reduce((last, at) => (of[at]! > of[last]! ? at : last), 0);
    if (to === 0) return [];
    const [first, last] = [levels[of[0]!] as number, levels[of[to]!] as number];
    const where = others.map((one) => names.value(one.key, one.levels[one.of[0]!])).join(", ");
    const betas = key === "objective.beta" ? ([first, last] as const) : undefined;
    const head = `${names.key(key)} ${valueText(first)} → ${valueText(last)}`;
    return [{ to, head: where === "" ? head : `${head} at ${where}`, betas }];
  });
}
