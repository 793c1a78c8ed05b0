/** The config's door in Node: everything of `index.ts`, all that is shipped, files, and the modules that extend it. */

import { readFileSync } from "node:fs";
import { sources } from "../data/node.ts";
import { configuration, type Resolved, type ResolveOptions } from "./configuration.ts";
import type { ConfigInput } from "./input.ts";
import type { Config } from "./schema.ts";
import { type Shipped, shippedWith } from "./shipped.ts";

export { EXTENSIONS_NAME, type ExtensionOptions, type Extensions, loadExtensions } from "./extensions.ts";
export * from "./index.ts";

export const shipped: Shipped = shippedWith(sources);

export const readText = (path: string): string => readFileSync(path, "utf8");

/** Resolves a preset's name, a file or an object with what is shipped; `configuration(registries)` for any other. */
export function resolveConfig(
  subject: string | ConfigInput | Config,
  options: ResolveOptions = {},
): Resolved {
  return configuration(shipped).resolve(subject, { readText, ...options });
}
