/** What jobs leave in `tables/` of a run begins with the same head, and is read in one way: by its schema. */

import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { BetalabError } from "../base/errors.ts";
import { check, describeIssue } from "../base/issues.ts";
import { parseJson } from "../base/json.ts";
import { refuseNewer } from "./format.ts";

export const JOB_RECORD_FORMAT = 2;

/** A number as our JSON holds it: NaN and the infinities are strings there. */
export const float = z
  .custom<number>((value) => typeof value === "number", "must be a number")
  .meta({ anyOf: [{ type: "number" }, { enum: ["NaN", "Infinity", "-Infinity"] }] });

/** A list that nobody changes. */
export const list = <S extends z.ZodType>(item: S) => z.array(item).readonly();

export const estimate = z.object({
  mean: float.describe("of those values"),
  standardError: float.describe("of the mean; NaN for a single value"),
  count: z.int().describe("values that the mean is of"),
});

export const recordHead = {
  format: z.literal(JOB_RECORD_FORMAT).describe("version of this layout"),
  run: z.string().describe("the run's name"),
  software: z.object({ betalab: z.string().describe("version of betalab") }).describe("what measured it"),
  checkpoint: z
    .object({
      step: z.int().describe("training steps of the weights"),
      hash: z
        .string()
        .describe("first 16 hexadecimal digits of the SHA-256 of the weights, names and values"),
    })
    .describe("the weights that were measured"),
  measuredAt: z.iso.datetime().describe("when it was done"),
};

/** The record in a file; `undefined` when there is no such file. `made` says which job writes it. Throws as `readRecordFile`. */
export function readJobRecord<S extends z.ZodType>(
  file: string,
  schema: S,
  made: string,
): z.output<S> | undefined {
  const hint = `delete it and run \`${made}\` again`;
  return readRecordFile(file, schema, { format: JOB_RECORD_FORMAT, what: `a record of \`${made}\``, hint });
}

/**
 * The record in a file; `undefined` when there is no such file.
 *
 * @throws BetalabError "run" naming the file when it can't be read, is of a newer format, or isn't such a record.
 */
export function readRecordFile<S extends z.ZodType>(
  file: string,
  schema: S,
  { format, what, hint }: { readonly format: number; readonly what: string; readonly hint?: string },
): z.output<S> | undefined {
  if (!existsSync(file)) return undefined;
  let value: unknown;
  try {
    value = parseJson(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new BetalabError("run", `can't read ${file}: ${(cause as Error).message}`, hint, { cause });
  }
  refuseNewer(value, file, format);
  const { output, issue } = check(schema, value);
  if (issue === undefined) return output;
  throw new BetalabError("run", `${file} is not ${what}: ${describeIssue(issue)}`, hint);
}
