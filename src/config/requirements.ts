/** Which of its items a run needs that are not shipped: recorded when it starts, looked for when it is opened. */

import { z } from "zod";
import { BetalabError } from "../base/errors.ts";
import { canonicalJson } from "../base/json.ts";
import { sha256 } from "../base/sha256.ts";
import type { Registries, Registry } from "./registries.ts";
import type { Config } from "./schema.ts";

/** As `run.json` has it. A type and not an interface, which would not go for a loose record. */
export type RequiredExtension = {
  readonly registry: string;
  readonly name: string;
  /** The path of the module that brought it; absent for what was given in code. */
  readonly module?: string | undefined;
  /** SHA-256 of the module's text, or of what the definition says. */
  readonly hash: string;
};

/** What of a config's own choosing was brought. */
export function requiredExtensions(config: Config, registries: Registries): RequiredExtension[] {
  const chosen: readonly (readonly [Registry, string])[] = [
    ["sources", config.data.source],
    ["architectures", config.model.architecture],
    ["likelihoods", config.model.likelihood.kind],
    ...(config.model.prior ? [["priors", config.model.prior.kind] as const] : []),
    ["objectives", config.objective.kind],
    ["optimizers", config.optimizer.kind],
  ];
  return chosen.flatMap(([registry, name]) => {
    const item = find(registries, registry, name);
    if (item === undefined || !registries.brought?.has(item)) return [];
    const file = registries.brought.get(item);
    return [{ registry, name, ...(file && { module: file.path }), hash: hashOf(item, registries) }];
  });
}

/**
 * Looks for what a run needs. Throws "run" naming what is missing and how to bring it; returns a note for each that is
 * not what it was.
 */
export function checkExtensions(
  recorded: readonly RequiredExtension[],
  registries: Registries,
  where: string,
): string[] {
  return recorded.flatMap(({ registry, name, module, hash }) => {
    const kind = registry.replace(/s$/, "");
    const item = find(registries, registry, name);
    if (item === undefined) {
      const from = module === undefined ? "" : ` of ${module}`;
      const other = module && `name that ${module.replace(/^.*[/\\]/, "")} as the config module, or `;
      throw new BetalabError(
        "run",
        `${where} needs the ${kind} "${name}"${from}, which is not here`,
        `${other ?? ""}pass it: createWorkbench({ ${registry}: [ … ] }), whose registries openModel(path, { registries }) takes`,
      );
    }
    const now = hashOf(item, registries);
    if (now === hash) return [];
    return [
      `the ${kind} "${name}" has changed since ${where} was trained with it (${hash.slice(0, 8)}… then, ${now.slice(0, 8)}… now)`,
    ];
  });
}

function find(registries: Registries, registry: string, name: string): object | undefined {
  const items: readonly { readonly name: string }[] = registries[registry as Registry] ?? [];
  return items.find((one) => one.name === name);
}

function hashOf(item: object, registries: Registries): string {
  return registries.brought?.get(item)?.hash ?? hashDefinition(item);
}

/**
 * Of a definition that has no file: its options as JSON Schema, and the sources of its functions. What these close over
 * is not seen.
 */
function hashDefinition(item: object): string {
  const said = Object.entries(item).map(([key, value]: [string, unknown]) => {
    if (typeof value === "function") return [key, String(value)];
    if (value instanceof z.ZodType)
      return [key, z.toJSONSchema(value, { io: "input", unrepresentable: "any" })];
    return [key, value];
  });
  return sha256(canonicalJson(Object.fromEntries(said)));
}
