/**
 * A tensor in a few numbers, small enough to commit and sharp enough to catch a wrong or misplaced value: its
 * norm, its projection on a fixed hashed direction, and some of its elements.
 */

import type { Group } from "./compare.ts";
import { norm } from "./compare.ts";
import type { Reference } from "./pytorch.ts";
import { hashed } from "./values.ts";

/** `[norm, projection, element, …]` */
export type Digest = readonly number[];

export interface Fixtures {
  /** What made the numbers. */
  readonly source: string;
  /** By case, then by `group:tensor`. */
  readonly cases: Readonly<Record<string, Readonly<Record<string, Digest>>>>;
}

const ELEMENTS = 3;

export function digest(values: ArrayLike<number>): Digest {
  const direction = hashed("projection", values.length);
  let projection = 0;
  for (let i = 0; i < values.length; i++) projection += values[i]! * (2 * direction[i]! - 1);
  const places = hashed("places", ELEMENTS).map((u) => Math.floor(u * values.length));
  return [norm(values), projection, ...Array.from(places, (place) => values[place]!)];
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
