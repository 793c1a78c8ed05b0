/** What comes with a request: bounded, and checked. */

import type { Context } from "hono";
import type { z } from "zod";
import { check, describeIssue } from "../base/issues.ts";
import { parseJson } from "../base/json.ts";
import { Refused } from "./refused.ts";

const BODY = 1 << 20;

/** The bytes of a request. Throws Refused 413 as soon as there are too many. */
export async function* bytesOf(context: Context, limit: number): AsyncGenerator<Uint8Array, void, void> {
  const tooLarge = new Refused(413, `a request has at most ${limit} bytes`);
  if (Number(context.req.header("content-length") ?? 0) > limit) throw tooLarge;
  let count = 0;
  for await (const piece of context.req.raw.body ?? []) {
    count += piece.length;
    if (count > limit) throw tooLarge;
    yield piece;
  }
}

/** Throws Refused 400, 413. */
export async function bodyOf<T>(context: Context, schema: z.ZodType): Promise<T> {
  let given: unknown;
  try {
    const pieces: Uint8Array[] = [];
    for await (const piece of bytesOf(context, BODY)) pieces.push(piece);
    given = parseJson(Buffer.concat(pieces).toString("utf8"));
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused(400, "the request is not JSON");
  }
  const { output, issue } = check(schema, given);
  if (issue === undefined) return output as T;
  throw new Refused(400, `the request is not one: ${describeIssue(issue)}`);
}
