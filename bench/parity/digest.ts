/**
 * A tensor in a few numbers, small enough to commit and sharp enough to catch a wrong or misplaced value: its
 * norm, its projection on a fixed hashed direction, and some of its elements.
 */

import { type Group, norm, scale, storageRounding, TOLERANCE } from "./compare.ts";
import type { Results } from "./ours.ts";
import type { Reference } from "./pytorch.ts";
import { hashed } from "./values.ts";

/** `[norm, projection, element, …]` */
type Digest = readonly number[];

export interface Fixtures {
  /** What made the numbers. */
  readonly source: string;
  /** By case, then by `group:tensor`. */
  readonly cases: Readonly<Record<string, Readonly<Record<string, Digest>>>>;
}

const ELEMENTS = 3;

function digest(values: ArrayLike<number>): Digest {
  const direction = hashed("projection", values.length);
  let projection = 0;
  for (let i = 0; i < values.length; i++) projection += values[i]! * (2 * direction[i]! - 1);
  const places = hashed("places", ELEMENTS).map((u) => Math.floor(u * values.length));
  return [norm(values), projection, ...Array.from(places, (place) => values[place]!)];
}

/**
 * What of `mine` is further from the frozen numbers than `differences` would let it be: one line each, none when
 * all is well.
 */
export function digestProblems(mine: Results, frozen: Fixtures["cases"][string]): string[] {
  return frozenGroups.flatMap((group) => {
    const entries = Object.entries(frozen).filter(([key]) => key.startsWith(`${group}:`));
    const whole = Math.hypot(...entries.map(([, [ownNorm]]) => ownNorm!));
    return entries.flatMap(([key, expected]) => {
      const values = mine.get(key);
      if (values === undefined) return [`${key} is missing`];
      const rounding = storageRounding(group, key.slice(group.length + 1), mine);
      const limit = TOLERANCE * scale(expected[0]!, whole) + rounding;
      const found = digest(values);
      // A single element may be off by more than its share of the norm, but not by much more.
      const share = 10 / Math.sqrt(Math.max(100, values.length));
      return expected.flatMap((number, i) => {
        const allowed = i < 2 ? limit : limit * share + TOLERANCE * Math.abs(number);
        const off = Math.abs(found[i]! - number);
        return off <= allowed
          ? []
          : [`${key} [${i}] is ${found[i]}, not ${number} (± ${allowed.toExponential(1)})`];
      });
    });
  });
}

const frozenGroups: readonly Group[] = ["term", "gradient", "update"];

/** The double-precision reference as JSON. */
export function freeze(version: string, references: ReadonlyMap<string, Reference>): string {
  const cases = [...references].map(([name, { double }]) => {
    const kept = [...double].filter(([key]) => frozenGroups.some((group) => key.startsWith(`${group}:`)));
    return [name, Object.fromEntries(kept.map(([key, values]) => [key, digest(values).map(rounded)]))];
  });
  const fixtures = {
    source: `PyTorch ${version} in double precision, by npm run parity -- --freeze`,
    cases: Object.fromEntries(cases),
  };
  // One line a tensor.
  return `${JSON.stringify(fixtures, null, 1).replace(/\[\s+([^\]]*?)\s+\]/g, (_, list: string) => `[${list.replace(/\s+/g, " ")}]`)}\n`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(7));
}
