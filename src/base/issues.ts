/**
 * What zod finds wrong, in our words: the one place where its issues become sentences. A caller says whose values
 * they are (an error's code, a file, a hint); key, value and expectation come from here.
 */

import type { z } from "zod";
import { BetalabError } from "./errors.ts";
import { stringifyJson } from "./json.ts";

/** The first thing that is wrong with a value. */
export interface Issue {
  /** Keys from the top down to what is wrong; ends with the unknown key, or the one that chooses a variant. */
  readonly path: readonly string[];
  /** "unknown key": nobody knows it. "unknown name": it chooses among variants, and there is none of that name. */
  readonly kind: "unknown key" | "unknown name" | "value";
  /** What stands at the path; `undefined` when nothing does. */
  readonly value: unknown;
  /** "expected at least 0". */
  readonly expected: string;
}

type Checked<T> =
  | { readonly output: T; readonly issue: undefined }
  | { readonly output: undefined; readonly issue: Issue };

/** Parses with our wording: the output, or the first thing that is wrong. */
export function check<S extends z.ZodType>(schema: S, value: unknown): Checked<z.output<S>> {
  let result: z.ZodSafeParseResult<z.output<S>>;
  try {
    result = schema.safeParse(value, { error: (issue) => wording(issue) });
  } catch (error) {
    // zod compares the `length` of whatever has one: an object there has no number to give.
    if (!(error instanceof TypeError)) throw error;
    const expected = `expected other values (${error.message})`;
    return { output: undefined, issue: { path: [], kind: "value", value, expected } };
  }
  return result.success
    ? { output: result.data, issue: undefined }
    : { output: undefined, issue: firstIssue(result.error, value) };
}

function firstIssue(error: z.ZodError, value: unknown): Issue {
  const issue = deepest(error.issues[0]!);
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    const at = [...path, issue.keys[0]!];
    return { path: at, kind: "unknown key", value: valueAt(value, at), expected: "" };
  }
  if (issue.code === "invalid_union" && issue.discriminator !== undefined) {
    const at = path.at(-1) === issue.discriminator ? path : [...path, issue.discriminator];
    return { path: at, kind: "unknown name", value: valueAt(value, at), expected: "expected a name" };
  }
  return { path, kind: "value", value: valueAt(value, path), expected: issue.message };
}

/**
 * "objective.beta (from mine.yaml) is -1: expected at least 0".
 *
 * @param where what the path is called, if not by its keys
 * @param origin where the value comes from, for people
 */
export function describeIssue(issue: Issue, where = issue.path.join("."), origin?: string): string {
  const from = origin === undefined ? "" : ` (from ${origin})`;
  const { kind, value, expected } = issue;
  if (kind === "unknown key") return `unknown key ${where}${from}`;
  if (kind === "unknown name") {
    return value === undefined ? `${where} is missing` : `unknown ${where} ${showValue(value)}${from}`;
  }
  const shown = value === undefined ? "is missing" : `is ${showValue(value)}`;
  return `${where || "it"}${from} ${shown}: ${expected}`;
}

const LONGEST = 120;

/** For calls from JavaScript, which no compiler has read: throws "usage" naming what was given instead. */
export function expectArgument(fits: boolean, what: string, value: unknown, expected: string): void {
  if (!fits) throw new BetalabError("usage", `${what} is ${showValue(value)}: expected ${expected}`);
}

/** A value as JSON, cut where it gets long; arrays of numbers by type and length. Never throws. */
export function showValue(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) {
    return cut(typeof value === "string" ? JSON.stringify(value) : String(value));
  }
  if (ArrayBuffer.isView(value)) {
    const array = value as Uint8Array;
    return `a ${array.constructor.name} of ${array.length ?? array.byteLength}`;
  }
  try {
    return cut(stringifyJson(value));
  } catch {
    return "an object that JSON can't hold"; // It holds itself, or a big integer.
  }
}

function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

const nouns: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "an integer",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "an object",
  record: "an object",
};

type RawIssue = z.core.$ZodRawIssue | z.core.$ZodIssue;

/** "expected …"; `undefined` where the schema's own message or zod's must do. */
function wording(issue: RawIssue): string | undefined {
  const phrase = expectation(issue);
  return phrase === undefined ? undefined : `expected ${phrase}`;
}

function expectation(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return nouns[issue.expected as string] ?? (issue.expected as string);
    case "invalid_value": {
      const values = (issue.values as unknown[]).map((value) => JSON.stringify(value));
      return values.length === 1 ? values[0] : `one of ${values.join(", ")}`;
    }
    case "too_small":
    case "too_big": {
      const small = issue.code === "too_small";
      const bound = Number(small ? issue.minimum : issue.maximum);
      const [closed, open] = small ? ["at least", "more than"] : ["at most", "less than"];
      const limit = `${issue.inclusive === false ? open : closed} ${bound}`;
      if (issue.origin === "string") return `${limit} character${bound === 1 ? "" : "s"}`;
      if (issue.origin === "array") return `${limit} value${bound === 1 ? "" : "s"}`;
      return limit;
    }
    case "invalid_union": {
      // Forms that all fail at the same value: what each of them expects.
      const forms = ((issue.errors ?? []) as z.core.$ZodIssue[][]).flatMap(([first]) =>
        first !== undefined && first.path.length === 0 ? [expectation(first)] : [],
      );
      const known = [...new Set(forms.filter((form) => form !== undefined))];
      return known.length === 0 ? undefined : known.join(" or ");
    }
    case "invalid_format":
      return issue.format === "url"
        ? "an address that begins with http:// or https://"
        : `a text of the format ${issue.format as string}`;
    default:
      return undefined;
  }
}

/** The most telling issue inside a union's: the one that got furthest into the value. */
function deepest(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== "invalid_union" || issue.discriminator !== undefined) return issue;
  const inner = issue.errors.flatMap(([first]) => (first === undefined ? [] : [first]));
  const rank = ({ path, code }: z.core.$ZodIssue): number =>
    path.length + (code === "unrecognized_keys" ? 0.5 : 0);
  const best = inner.toSorted((a, b) => rank(b) - rank(a))[0];
  if (best === undefined || rank(best) === 0) return issue;
  return deepest({ ...best, path: [...issue.path, ...best.path] } as z.core.$ZodIssue);
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => {
    if (typeof at !== "object" || at === null) return undefined;
    return Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined;
  }, value);
}
