/**
 * Where a config's values come from: presets, a file, the environment, options. Later layers win key by key, and
 * every key remembers its layer. When a layer picks another variant of a section (`data.source`, …), keys
 * that only the old variant knows fall away, and those that mean the same to both stay (in an objective or a
 * likelihood, none does).
 */

import type { z } from "zod";
import type { Preset } from "./presets/preset.ts";
import { defaultVariants, discriminators } from "./schema.ts";
import { isPlainObject, type Variant, variantAt } from "./shape.ts";

export interface Layer {
  /** "preset mnist-mlp-20", "config.yaml", "BETALAB_SEED", "option set": for people. */
  readonly origin: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly preset?: Preset;
}

export interface Merged {
  readonly values: Record<string, unknown>;
  /** Origin by path: `data.batchSize` → "preset mnist-mlp-20". */
  readonly origins: ReadonlyMap<string, string>;
}

/**
 * Sections whose variants share letters but no meanings: β weighs the KL in one objective and the total correlation
 * in another, and 1 is the default of the one and 6 of the other. Another kind starts from its own defaults.
 */
const startsAfresh: ReadonlySet<string> = new Set(["model.likelihood", "model.prior", "objective"]);

/** @param schema the whole config's, which knows each variant's keys */
export function mergeLayers(schema: z.ZodType, layers: readonly Layer[]): Merged {
  const merge: Merge = { schema, origins: new Map() };
  const values = emptySection();
  for (const { values: from, origin } of layers) mergeInto(merge, values, from, origin, []);
  for (const path of Object.keys(defaultVariants)) chooseDefault(values, path.split("."), path);
  return { values, origins: merge.origins };
}

/** A section of which some keys are set, but no variant is chosen, is the default one with those keys. */
function chooseDefault(values: Record<string, unknown>, keys: readonly string[], section: string): void {
  const parent = keys.slice(0, -1).reduce<unknown>((at, key) => isPlainObject(at) && at[key], values);
  if (!isPlainObject(parent)) return;
  const last = keys.at(-1)!;
  const given = parent[last];
  if (!isPlainObject(given) || discriminators[section]! in given) return;
  parent[last] = { ...defaultVariants[section], ...given };
}

interface Merge {
  readonly schema: z.ZodType;
  readonly origins: Map<string, string>;
}

function mergeInto(
  merge: Merge,
  target: Record<string, unknown>,
  from: Readonly<Record<string, unknown>>,
  origin: string,
  path: readonly string[],
): void {
  const { origins } = merge;
  dropForeignKeys(merge, target, from, path);
  for (const [key, value] of Object.entries(from)) {
    const at = [...path, key].join(".");
    const before = target[key];
    // A schedule that is named replaces all: half of one and half of another would be neither.
    if (isPlainObject(value) && !("schedule" in value)) {
      // The copy is for schedules, which were taken over as they are from a preset.
      const inside = isPlainObject(before) ? Object.assign(emptySection(), before) : emptySection();
      target[key] = inside;
      if (!isPlainObject(before)) origins.delete(at);
      mergeInto(merge, inside, value, origin, [...path, key]);
    } else {
      target[key] = value;
      forget(origins, at);
      origins.set(at, origin);
    }
  }
}

/** The layer that set a path, or set the whole section around it (a schedule); `undefined`: it is a default. */
export function originOf(path: readonly string[], origins: Merged["origins"]): string | undefined {
  for (let length = path.length; length > 0; length--) {
    const origin = origins.get(path.slice(0, length).join("."));
    if (origin !== undefined) return origin;
  }
  return undefined;
}

/** Without a prototype: a key called `__proto__` is then an unknown key like any other. */
function emptySection(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}

function dropForeignKeys(
  { schema, origins }: Merge,
  target: Record<string, unknown>,
  from: Readonly<Record<string, unknown>>,
  path: readonly string[],
): void {
  const section = path.join(".");
  const discriminator = discriminators[section];
  if (discriminator === undefined) return;
  const before = target[discriminator] ?? defaultVariants[section]?.[discriminator];
  const after = from[discriminator];
  if (after === undefined || before === undefined || before === after) return;
  const [old, chosen] = [before, after].map((name) => variantAt(schema, path, discriminator, name));
  if (chosen === undefined) return;
  const fits = (key: string, variant: Variant | undefined): boolean =>
    variant?.shape[key]?.safeParse(target[key]).success === true;
  for (const key of Object.keys(target)) {
    // One name may mean two things (`hidden`: widths of mlp, width of conv); what was wrong before stays an error.
    const stays = startsAfresh.has(section) ? false : fits(key, chosen);
    if (key in chosen.shape && (stays || !fits(key, old))) continue;
    delete target[key];
    forget(origins, [...path, key].join("."));
  }
}

function forget(origins: Map<string, string>, path: string): void {
  for (const known of origins.keys()) {
    if (known === path || known.startsWith(`${path}.`)) origins.delete(known);
  }
}
