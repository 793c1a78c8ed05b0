/**
 * What a config may name: what the project ships, and what a user brings beside it. A `Registries` value is passed to
 * whoever looks a name up; nothing looks anywhere else.
 */

import { z } from "zod";
import { BetalabError, suggest } from "../base/errors.ts";
import { showValue } from "../base/issues.ts";
import type { Source } from "../data/index.ts";
import type { Projection } from "../latent/index.ts";
import type { Metric } from "../metrics/index.ts";
import type { Architecture, Likelihood, Prior } from "../models/index.ts";
import type { Optimizer } from "../nn/index.ts";
import type { Objective } from "../objectives/index.ts";
import type { Preset } from "./presets/preset.ts";

export interface Registries {
  readonly architectures: readonly Architecture[];
  readonly likelihoods: readonly Likelihood[];
  readonly priors: readonly Prior[];
  readonly objectives: readonly Objective[];
  readonly optimizers: readonly Optimizer[];
  readonly sources: readonly Source[];
  readonly metrics: readonly Metric[];
  readonly projections: readonly Projection[];
  readonly presets: readonly Preset[];
  /** Items that were brought, each with the module that it came in; `undefined` for those given in code. */
  readonly brought?: ReadonlyMap<object, ModuleFile | undefined>;
}

/** A file that extends the registries. */
export interface ModuleFile {
  readonly path: string;
  /** SHA-256 of its text, 64 hex digits. */
  readonly hash: string;
}

export type Registry = Exclude<keyof Registries, "brought">;

/** What an item must have beside its name. */
const required: { readonly [R in Registry]: Readonly<Record<string, "function" | "object" | "options">> } = {
  architectures: { options: "options", create: "function" },
  likelihoods: { options: "options", create: "function" },
  priors: { options: "options", create: "function" },
  objectives: { options: "options", create: "function" },
  optimizers: { options: "options", create: "function" },
  sources: { options: "options", open: "function" },
  metrics: { options: "options", measure: "function" },
  projections: { options: "options", project: "function" },
  presets: { config: "object" },
};

export const registryNames = Object.keys(required) as readonly Registry[];

/** What a user brings; an item of its own for each name. */
export type OwnRegistries = { readonly [R in Registry]?: Registries[R] };

/** Both lists of each registry as one. */
export type Joined<Base extends Registries, Own extends OwnRegistries> = {
  readonly [R in Registry]: readonly (Base[R][number] | ItemOf<Own[R]>)[];
} & Pick<Registries, "brought">;

/** Of each list that it may be; nothing, where it may be absent too. */
type ItemOf<List> = List extends readonly (infer Item)[] ? Item : never;

/**
 * Joins what a user brings to what is there. Throws "config" naming registry, item and fault: a name that is missing
 * or taken, options that are not a zod object, a function that is missing.
 *
 * @param file the module that `own` comes from; absent: code
 */
export function extend<Base extends Registries, Own extends OwnRegistries>(
  base: Base,
  own: Own,
  file?: ModuleFile,
): Joined<Base, Own> {
  const keys: readonly string[] = registryNames;
  const unknown = Object.keys(own).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    throw new BetalabError(
      "config",
      `unknown key ${unknown}`,
      suggest(unknown, [...keys, "jobs", "executors"]),
    );
  }
  const brought = new Map(base.brought);
  const joined = registryNames.map((registry) => {
    const all: Named[] = [...base[registry]];
    const items: unknown = own[registry] ?? [];
    if (!Array.isArray(items))
      throw fault(registry, `expected a list of definitions, not ${showValue(items)}`);
    items.forEach((item: unknown, i) => {
      const sound = checked(registry, item, i, all);
      all.push(sound);
      brought.set(sound, file);
    });
    return [registry, all] as const;
  });
  return { ...Object.fromEntries(joined), brought } as unknown as Joined<Base, Own>;
}

interface Named {
  readonly name: string;
}

function checked(registry: Registry, item: unknown, index: number, before: readonly Named[]): Named {
  const nth = `item ${index + 1}`;
  if (typeof item !== "object" || item === null) {
    throw fault(registry, `${nth} is ${showValue(item)}, not a definition`);
  }
  const { name } = item as Partial<Named>;
  if (typeof name !== "string" || name === "") {
    throw fault(registry, `${nth} has ${name === undefined ? "no name" : `the name ${showValue(name)}`}`);
  }
  if (before.some((one) => one.name === name)) throw fault(registry, `the name "${name}" is taken`);
  for (const [key, kind] of Object.entries(required[registry])) {
    const value = (item as unknown as Record<string, unknown>)[key];
    const sound = kind === "options" ? value instanceof z.ZodObject : typeof value === kind && value !== null;
    if (sound) continue;
    const expected =
      kind === "options" ? "a zod object (z.strictObject)" : kind === "object" ? "an object" : "a function";
    const found = value === undefined ? "is missing" : `is ${showValue(value)}`;
    throw fault(registry, `${key} of "${name}" ${found}: expected ${expected}`);
  }
  return item as Named;
}

function fault(registry: Registry, what: string): BetalabError {
  const maker = registry.replace(/s$/, "");
  return new BetalabError("config", `${registry}: ${what}`, `make each item with ${maker}({ name, … })`);
}
