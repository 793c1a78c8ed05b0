/** What every registry holds, an objective or a data source: something with a name, and options as a zod schema. */

import type { z } from "zod";
import { BetalabError, suggest } from "./errors.ts";
import { showValue } from "./issues.ts";

export interface Definition<Name extends string = string, Options extends z.ZodObject = z.ZodObject> {
  readonly name: Name;
  /** One line for lists. */
  readonly summary: string;
  /** Its own keys, each described, with its default. */
  readonly options: Options;
}

/**
 * The definition of that name. Throws "config" with the nearest name when there is none.
 *
 * @param key what chooses it: "objective.kind"
 */
export function pick<T extends { readonly name: string }>(
  definitions: readonly T[],
  name: string,
  key: string,
): T {
  const found = definitions.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = definitions.map((one) => one.name);
  throw new BetalabError(
    "config",
    `unknown ${key} ${showValue(name)}`,
    suggest(typeof name === "string" ? name : "", names),
  );
}
