/** The config section `data` of one of a list of sources: its types, and its values with every default. Pure. */

import { z } from "zod";
import { BetalabError, suggest } from "../base/errors.ts";
import { check, describeIssue, showValue } from "../base/issues.ts";
import { sharedOptions } from "./options.ts";
import type { Source } from "./source.ts";

/** A section whose source isn't known by its type: `source`, the shared keys, and what the source adds. */
export type DataSection = z.output<z.ZodObject<typeof sharedOptions>> & {
  readonly source: string;
  readonly [key: string]: unknown;
};

/** The section as a person writes it. */
export interface DataInput {
  readonly source: string;
  readonly [key: string]: unknown;
}

export type SectionSchema<S extends Source> = S extends Source
  ? z.ZodObject<
      { source: z.ZodLiteral<S["name"]> } & typeof sharedOptions & S["options"]["shape"],
      z.core.$strict
    >
  : never;

function schemaOf({ name, options }: Source) {
  return z.strictObject({ source: z.literal(name), ...sharedOptions, ...options.shape });
}

/** The section with its defaults, and its source. Throws `config` naming the key, with the nearest name for an unknown one. */
export function parseSection(
  config: unknown,
  sources: readonly Source[],
): { source: Source; options: DataSection } {
  const name = (config as { source?: unknown } | null)?.source;
  const source = sources.find((one) => one.name === name);
  if (!source) {
    const message = name === undefined ? "data.source is missing" : `unknown data.source ${showValue(name)}`;
    const names = sources.map((one) => one.name);
    throw new BetalabError("config", message, suggest(String(name ?? ""), names));
  }
  const { output, issue } = check(schemaOf(source), config);
  if (issue === undefined) return { source, options: output as DataSection };
  const where = ["data", ...issue.path].join(".");
  const hint =
    issue.kind === "unknown key"
      ? suggest(issue.path.at(-1)!, Object.keys(schemaOf(source).shape))
      : undefined;
  throw new BetalabError("config", describeIssue(issue, where), hint);
}
