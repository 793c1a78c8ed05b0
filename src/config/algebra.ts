/**
 * Which settings a sweep tries: a small algebra whose every expression is a list of settings. The idea is that of
 * disentanglement_lib's `hyperparams.py` (fixed, sweep, zipit, chainit, product). It knows nothing of configs: a
 * setting is a value at a path.
 */

import { BetalabError } from "../base/errors.ts";
import { formatCount } from "../base/format.ts";

/** Values by config path: `{ "objective.beta": 4, seed: 1 }`. The order is that of the file. */
export type Settings = Readonly<Record<string, unknown>>;

export type Space =
  /** Every combination; the last key changes fastest. */
  | { readonly grid: Readonly<Record<string, readonly unknown[]>> }
  /** The first values of all keys, then the second ones, …: lists of one length. */
  | { readonly zip: Readonly<Record<string, readonly unknown[]>> }
  /** As they are. */
  | { readonly list: readonly Settings[] }
  /** The one after the other. */
  | { readonly chain: readonly Space[] }
  /** Every combination of a setting of each; the last changes fastest. */
  | { readonly product: readonly Space[] };

export const combinators = ["grid", "zip", "list", "chain", "product"] as const;

/** More runs than anybody waits for: a slip in a sweep must not fill the memory. */
const MOST = 100_000;

/**
 * All settings of a space, in order. Throws "config" for lists of different lengths, a key that is set twice, or more
 * than 100 000 settings.
 */
export function expand(space: Space): Settings[] {
  const size = sizeOf(space);
  if (size > MOST) {
    throw new BetalabError(
      "config",
      `the sweep has ${formatCount(size)} runs: expected at most ${formatCount(MOST)}`,
      "vary fewer keys, or give them fewer values",
    );
  }
  return settingsOf(space);
}

/** How many settings there are, without making them. */
function sizeOf(space: Space): number {
  const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);
  if ("grid" in space) return product(Object.values(space.grid).map(({ length }) => length));
  if ("zip" in space) return Math.max(0, ...Object.values(space.zip).map(({ length }) => length));
  if ("list" in space) return space.list.length;
  if ("chain" in space) return space.chain.reduce((sum, part) => sum + sizeOf(part), 0);
  return product(space.product.map(sizeOf));
}

function settingsOf(space: Space): Settings[] {
  if ("grid" in space) {
    const axes = Object.entries(space.grid).map(([key, values]) => values.map((value) => ({ [key]: value })));
    return productOf(axes);
  }
  if ("zip" in space) return zipped(space.zip);
  if ("list" in space) return [...space.list];
  if ("chain" in space) return space.chain.flatMap(settingsOf);
  return productOf(space.product.map(settingsOf));
}

function productOf(factors: readonly (readonly Settings[])[]): Settings[] {
  return factors.reduce<Settings[]>(
    (all, factor) => all.flatMap((before) => factor.map((more) => join(before, more))),
    [{}],
  );
}

function join(before: Settings, more: Settings): Settings {
  const twice = Object.keys(more).find((key) => key in before);
  if (twice === undefined) return { ...before, ...more };
  throw new BetalabError(
    "config",
    `the sweep sets ${twice} twice: to ${JSON.stringify(before[twice])} and to ${JSON.stringify(more[twice])}`,
    "name each key in one place; chain puts spaces after one another",
  );
}

function zipped(lists: Readonly<Record<string, readonly unknown[]>>): Settings[] {
  const entries = Object.entries(lists);
  const lengths = new Set(entries.map(([, values]) => values.length));
  if (lengths.size > 1) {
    const each = entries.map(([key, values]) => `${key} has ${values.length}`).join(", ");
    throw new BetalabError("config", `zip needs lists of one length: ${each}`, "grid combines all with all");
  }
  const [length = 0] = lengths;
  return Array.from({ length }, (_, i) =>
    Object.fromEntries(entries.map(([key, values]) => [key, values[i]])),
  );
}
