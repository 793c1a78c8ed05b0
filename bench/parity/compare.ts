/** How far two sides are apart. */

import { type Results, STEPS } from "./ours.ts";

/** Relative: what ours may differ from PyTorch by. */
export const TOLERANCE = 1e-4;

export interface Difference {
  readonly name: string;
  /** ‖a − b‖ / ‖b‖ (see `scale` and `storageRounding`). */
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
      const name = key.slice(group.length + 1);
      const error = Math.max(0, norm(difference) - storageRounding(group, name, theirs));
      return { name, error: error / scale(norm(b), whole) };
    })
    .toSorted((x, y) => y.error - x.error);
}

/**
 * What single precision itself takes from an update: each step rounds the new value, by half a unit in its last
 * place at most. For a weight near 1 that moves by a thousandth this is no longer small.
 */
export function storageRounding(group: Group, name: string, results: Results): number {
  const after = group === "update" ? results.get(`after:${name}`) : undefined;
  return after === undefined ? 0 : STEPS * 2 ** -24 * norm(after);
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
