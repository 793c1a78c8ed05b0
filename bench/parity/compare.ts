/** How far two sides are apart. */

import type { Results } from "./ours.ts";

export interface Difference {
  readonly name: string;
  /** ‖a − b‖ / ‖b‖ (see `scale`). */
  readonly error: number;
}

/**
 * What is compared apart. "after" are values after three steps; "update" is what the steps changed: a far harder
 * measure, since the values are mostly what they were.
 */
export const groups = ["term", "gradient", "after", "update"] as const;
export type Group = (typeof groups)[number];

/** The differences of one group of results, largest first. */
export function differences(group: Group, mine: Results, theirs: Results): Difference[] {
  const keys = [...theirs.keys()].filter((key) => key.startsWith(`${group}:`));
  const whole = Math.hypot(...keys.map((key) => norm(theirs.get(key)!)));
  return keys
    .map((key) => {
      const [a, b] = [mine.get(key), theirs.get(key)!];
      if (a === undefined || a.length !== b.length) throw new Error(`internal: ${key} does not compare`);
      const difference = Float64Array.from(b, (value, i) => a[i]! - value);
      return { name: key.slice(group.length + 1), error: norm(difference) / scale(norm(b), whole) };
    })
    .toSorted((x, y) => y.error - x.error);
}

/**
 * What an error is seen against: the tensor's own norm, or that of the whole group where the tensor is zero but
 * for rounding, as is the gradient of a bias before a batch norm.
 */
export function scale(own: number, whole: number): number {
  return own < 1e-8 * whole ? whole : own;
}

/** Euclidean. */
export function norm(values: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += values[i]! ** 2;
  return Math.sqrt(squares);
}
