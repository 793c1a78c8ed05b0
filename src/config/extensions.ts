/**
 * `betalab.config.js`: a user's own objectives, nets, sources, presets, jobs and executors, as the module's default export. It is
 * looked for in the working directory, or named.
 */

import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { BetalabError, messageOf } from "../base/errors.ts";
import { showValue } from "../base/issues.ts";
import { sha256 } from "../base/sha256.ts";
import { extend, type ModuleFile, type OwnRegistries, type Registries } from "./registries.ts";
import { isPlainObject } from "./shape.ts";

export const EXTENSIONS_NAME = "betalab.config.js";

export interface Extensions {
  /** What was there and what the module brings. */
  readonly registries: Registries;
  /** Its `jobs`, as they are: who runs jobs checks them. */
  readonly jobs: readonly unknown[];
  /** Its `executors`, likewise. */
  readonly executors: readonly unknown[];
  /** `undefined` where there is none. */
  readonly file: ModuleFile | undefined;
}

export interface ExtensionOptions {
  /** The module's path. Default: `betalab.config.js`, if it is there. */
  readonly file?: string | undefined;
  /** What paths start from. Default: the working directory. */
  readonly directory?: string | undefined;
}

/**
 * Joins what the module brings to `base`. Throws "config" naming the file, the key and the value: a module that can't
 * be read or throws, no default export, a key that is unknown, an item that is not what it should be.
 */
export async function loadExtensions(
  base: Registries,
  { file, directory = process.cwd() }: ExtensionOptions = {},
): Promise<Extensions> {
  const path = resolve(directory, file ?? EXTENSIONS_NAME);
  if (file === undefined && !existsSync(path)) {
    return { registries: base, jobs: [], executors: [], file: undefined };
  }
  const hash = hashFile(path);
  const { jobs = [], executors = [], ...own } = await importDefault(path);
  for (const [key, list] of Object.entries({ jobs, executors })) {
    if (!Array.isArray(list)) throw fault(path, `${key}: expected a list, not ${showValue(list)}`);
  }
  const module = { path, hash };
  try {
    return {
      registries: extend(base, own as OwnRegistries, module),
      jobs: jobs as unknown[],
      executors: executors as unknown[],
      file: module,
    };
  } catch (cause) {
    if (!(cause instanceof BetalabError)) throw cause;
    throw fault(path, cause.message, cause.hint, cause);
  }
}

async function importDefault(path: string): Promise<Record<string, unknown>> {
  let module: { readonly default?: unknown };
  try {
    module = await import(pathToFileURL(path).href);
  } catch (cause) {
    const message = messageOf(cause);
    // Where a package.json says "commonjs", as npm init now does, Node reads no `import` in a .js file.
    const hint = /outside a module|Unexpected token 'export'/.test(message)
      ? 'write "type": "module" into package.json (npm pkg set type=module), or name the file .mjs and give it by `configModule`'
      : undefined;
    throw fault(path, `it can't be loaded: ${message}`, hint, cause);
  }
  const own = module.default;
  const hint = "export default { objectives: [mine] }";
  if (own === undefined) throw fault(path, "it has no default export", hint);
  if (!isPlainObject(own)) throw fault(path, `its default export is ${showValue(own)}, not an object`, hint);
  return own;
}

function hashFile(path: string): string {
  try {
    return sha256(readFileSync(path));
  } catch (cause) {
    throw fault(path, `it can't be read: ${(cause as Error).message}`, undefined, cause);
  }
}

function fault(path: string, what: string, hint?: string, cause?: unknown): BetalabError {
  return new BetalabError("config", `${path}: ${what}`, hint, { cause });
}
