/**
 * What a config may name: what the project ships, and what a user brings beside it. A `Registries` value is passed to
 * whoever looks a name up; nothing looks anywhere else.
 */

import { z } from "zod";
import type { Definition } from "../base/definitions.ts";
import { BetalabError } from "../base/errors.ts";
import type { Source } from "../data/node.ts";
import type { Architecture, Likelihood } from "../models/index.ts";
import type { Objective } from "../objectives/index.ts";
import type { Preset } from "./presets/preset.ts";

export interface Registries {
  readonly architectures: readonly Architecture[];
  readonly likelihoods: readonly Likelihood[];
  readonly objectives: readonly Objective[];
  readonly sources: readonly Source[];
  readonly presets: readonly Preset[];
}

export type Registry = keyof Registries;

/** The functions that an item must have; its options are a strict zod object, except a preset's, which has none. */
const functions: { readonly [R in Registry]: readonly string[] } = {
  architectures: ["create"],
  likelihoods: ["create"],
  objectives: ["create"],
  sources: ["open"],
  presets: [],
};

export const registryNames = Object.keys(functions) as readonly Registry[];

/** Both lists of each registry as one. */
export type Joined<Base extends Registries, Own extends Partial<Registries>> = {
  readonly [R in Registry]: readonly (Base[R][number] | NonNullable<Own[R]>[number])[];
};

/**
 * Joins what a user brings to what is there. Throws "config" naming registry, item and fault: a name that is missing
 * or taken, options that are no zod object, a function that is missing.
 */
export function extend<Base extends Registries, const Own extends Partial<Registries>>(
  base: Base,
  own: Own,
): Joined<Base, Own> {
  const joined = registryNames.map((registry) => {
    const all: { readonly name: string }[] = [...base[registry]];
    const items: unknown = own[registry] ?? [];
    if (!Array.isArray(items)) throw fault(registry, "it is not a list of definitions");
    items.forEach((item: unknown, i) => {
      all.push(checked(registry, item, i, all));
    });
    return [registry, all];
  });
  return Object.fromEntries(joined) as Joined<Base, Own>;
}

function checked(
  registry: Registry,
  item: unknown,
  index: number,
  before: readonly { readonly name: string }[],
): { readonly name: string } {
  const nth = `item ${index + 1}`;
  if (typeof item !== "object" || item === null) throw fault(registry, `${nth} is not a definition`);
  const { name, options, config } = item as Partial<Definition> & { config?: unknown };
  if (typeof name !== "string" || name === "") throw fault(registry, `${nth} has no name`);
  if (before.some((one) => one.name === name)) throw fault(registry, `the name "${name}" is taken`);
  if (registry === "presets") {
    if (typeof config !== "object" || config === null) throw fault(registry, `"${name}" has no config`);
  } else if (!(options instanceof z.ZodObject)) {
    throw fault(registry, `"${name}" has options that are not a zod object`);
  }
  const missing = functions[registry].find(
    (key) => typeof (item as Record<string, unknown>)[key] !== "function",
  );
  if (missing !== undefined) throw fault(registry, `"${name}" has no function ${missing}`);
  return item as { readonly name: string };
}

function fault(registry: Registry, what: string): BetalabError {
  const maker = registry.replace(/s$/, "");
  return new BetalabError("config", `${registry}: ${what}`, `make each item with ${maker}({ name, … })`);
}
