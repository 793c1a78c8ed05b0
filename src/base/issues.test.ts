/** What is wrong, in our words: every kind of issue that zod raises, and values that don't print. */

import { expect, test } from "vitest";
import { z } from "zod";
import { check, describeIssue, showValue } from "./issues.ts";

const schedule = z.discriminatedUnion("schedule", [
  z.strictObject({ schedule: z.literal("linear"), end: z.number().min(0) }),
  z.strictObject({ schedule: z.literal("cosine") }),
]);
const schema = z.strictObject({
  text: z.string().min(2).max(3).optional(),
  letter: z.string().min(1).optional(),
  count: z.int().min(1).max(9).optional(),
  share: z.number().gt(0).lt(1).optional(),
  flag: z.boolean().optional(),
  mode: z.enum(["a", "b"]).optional(),
  only: z.literal("x").optional(),
  list: z.array(z.number()).min(2).optional(),
  pair: z.tuple([z.number(), z.number()]).optional(),
  map: z.record(z.string(), z.number()).optional(),
  rate: z.union([z.number().positive(), schedule, z.literal("learned")]).optional(),
  variant: schedule.optional(),
  // The second form gets no further than the first, but says more: the key itself.
  point: z.union([z.strictObject({ x: z.string() }), z.strictObject({ x: z.number() })]).optional(),
  even: z
    .number()
    .refine((x) => x % 2 === 0, "expected an even number")
    .optional(),
  day: z.iso.date().optional(),
});

const said = (value: unknown) => describeIssue(check(schema, value).issue!);

test.each<[unknown, string]>([
  [{ text: "x" }, 'text is "x": expected at least 2 characters'],
  [{ text: "long" }, 'text is "long": expected at most 3 characters'],
  [{ letter: "" }, 'letter is "": expected at least 1 character'],
  [{ text: 3 }, "text is 3: expected a text"],
  [{ count: 0 }, "count is 0: expected at least 1"],
  [{ count: 10 }, "count is 10: expected at most 9"],
  [{ count: 1.5 }, "count is 1.5: expected an integer"],
  [{ count: "1" }, 'count is "1": expected a number'],
  [{ share: 0 }, "share is 0: expected more than 0"],
  [{ share: 1 }, "share is 1: expected less than 1"],
  [{ share: Number.NaN }, "share is NaN: expected a number"],
  [{ flag: "yes" }, 'flag is "yes": expected true or false'],
  [{ mode: "c" }, 'mode is "c": expected one of "a", "b"'],
  [{ only: "y" }, 'only is "y": expected "x"'],
  [{ list: [1] }, "list is [1]: expected at least 2 values"],
  [{ list: 1 }, "list is 1: expected a list"],
  [{ list: [1, "2"] }, 'list.1 is "2": expected a number'],
  [{ pair: {} }, "pair is {}: expected a list"],
  [{ map: [] }, "map is []: expected an object"],
  [{ map: { a: "b" } }, 'map.a is "b": expected a number'],
  [{ rate: "best" }, 'rate is "best": expected a number or an object or "learned"'],
  [{ rate: 0 }, "rate is 0: expected more than 0"],
  [{ rate: { schedule: "linear", end: -1 } }, "rate.end is -1: expected at least 0"],
  [{ rate: { schedule: "linear", end: 1, x: 2 } }, "unknown key rate.x"],
  [{ rate: { schedule: "cubic" } }, 'unknown rate.schedule "cubic"'],
  [{ rate: {} }, "rate.schedule is missing"],
  [{ point: { x: 1, z: 2 } }, "unknown key point.z"],
  [{ variant: 3 }, "variant is 3: expected an object"],
  [{ variant: { schedule: {} } }, "unknown variant.schedule {}"],
  [{ even: 3 }, "even is 3: expected an even number"],
  [{ day: "today" }, 'day is "today": expected a text of the format date'],
  [{ txet: 1 }, "unknown key txet"],
  [3, "it is 3: expected an object"],
  [undefined, "it is missing: expected an object"],
])("%j", (value, sentence) => {
  expect(said(value)).toBe(sentence);
});

test("an issue says where, what and what was expected; the sentence may name the place otherwise", () => {
  const issue = check(schema, { list: [1, "2"] }).issue!;
  expect(issue).toEqual({ path: ["list", "1"], kind: "value", value: "2", expected: "expected a number" });
  expect(describeIssue(issue, "the second of list", "mine.yaml")).toBe(
    'the second of list (from mine.yaml) is "2": expected a number',
  );
  const unknown = check(schema, { txet: 1 }).issue!;
  expect(unknown).toMatchObject({ path: ["txet"], kind: "unknown key", value: 1 });
  expect(describeIssue(unknown, undefined, "mine.yaml")).toBe("unknown key txet (from mine.yaml)");
  const name = check(schema, { variant: { schedule: "x" } }).issue!;
  expect(name).toMatchObject({ path: ["variant", "schedule"], kind: "unknown name", value: "x" });
  expect(describeIssue(name, undefined, "a")).toBe('unknown variant.schedule "x" (from a)');
});

test("what passes is the output, with its defaults", () => {
  const withDefault = z.object({ a: z.number().default(3) });
  expect(check(withDefault, {})).toEqual({ output: { a: 3 }, issue: undefined });
});

test("a value is found by its own keys only", () => {
  const inherited = Object.create({ text: "x" }) as object;
  expect(check(z.object({ text: z.number() }), inherited).issue?.value).toBeUndefined();
});

test("values are shown as JSON, cut, whatever they are", () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  expect(showValue({ a: [1, "b"] })).toBe('{"a":[1,"b"]}');
  expect(showValue("a\n")).toBe('"a\\n"');
  expect([Number.NaN, undefined, null, 3n, true].map(showValue)).toEqual([
    "NaN",
    "undefined",
    "null",
    "3",
    "true",
  ]);
  expect(showValue(cycle)).toBe("an object that JSON can't hold");
  expect(showValue({ big: 3n })).toBe("an object that JSON can't hold");
  expect(showValue("x".repeat(118))).toBe(`"${"x".repeat(118)}"`);
  expect(showValue("x".repeat(119))).toBe(`"${"x".repeat(119)}…`);
});

test("a `length` that is no number is a wrong value, no error of ours", () => {
  const schema = z.strictObject({ seeds: z.union([z.int(), z.array(z.int()).min(1)]) });
  const { issue } = check(schema, { seeds: { length: { toString: "" } } });
  expect(issue).toMatchObject({ kind: "value", expected: expect.stringContaining("primitive value") });
});

test("an address that is none", () => {
  const { issue } = check(z.strictObject({ mlflow: z.url() }), { mlflow: "nonsense" });
  expect(describeIssue(issue!)).toBe(
    'mlflow is "nonsense": expected an address that begins with http:// or https://',
  );
});
