/**
 * How the procedural sets check their options: a zod schema in, plain values or a `BetalabError` out.
 */
import type { z } from "zod";
import { BetalabError, suggest } from "../../base/errors.ts";

/**
 * The options with their defaults filled in.
 * Throws `BetalabError` with code `config` that names the set, the option and what is wrong with it.
 */
export function parseOptions<Schema extends z.ZodObject>(
  set: string,
  schema: Schema,
  options: unknown,
): z.output<Schema> {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    throw new BetalabError(
      "config",
      `${set}: unknown option: ${key}`,
      suggest(key, Object.keys(schema.shape)),
    );
  }
  const where = issue.path.length === 0 ? set : `${set}: ${issue.path.map(String).join(".")}`;
  throw new BetalabError("config", `${where}: ${issue.message}`);
}
