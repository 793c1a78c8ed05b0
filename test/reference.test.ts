/** The pages of the reference are what the declarations say now. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { referencePages } from "../bench/reference/pages.ts";
import { fieldsOf, type Schema, typeOf } from "../bench/reference/schema.ts";
import { describeAll } from "../src/workbench/index.ts";

const made = await referencePages();

test.each(Object.keys(made))("%s is not stale", (path) => {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  expect(readFileSync(file, "utf8"), `${path} is stale: npm run reference`).toBe(made[path]);
});

test("every field of every job's value is described", async () => {
  const silent = (await describeAll()).flatMap(({ name, value }) => {
    const { items, ...own } = value as Schema;
    return fieldsOf(items ?? own)
      .filter(({ schema }) => !schema.description)
      .map(({ path }) => `${name}: ${path}`);
  });
  expect(silent).toEqual([]);
});

test("a schema in words", () => {
  const schema = {
    type: "object",
    required: ["runs"],
    properties: {
      runs: {
        type: "array",
        items: { type: "object", required: ["seed"], properties: { seed: { type: "integer", minimum: 0 } } },
      },
      scores: { type: "object", additionalProperties: { anyOf: [{ type: "number" }, { type: "null" }] } },
    },
  } as const;
  expect(fieldsOf(schema).map(({ path, schema, optional }) => [path, typeOf(schema), optional])).toEqual([
    ["runs", "list of: object", false],
    ["runs[].seed", "whole number ≥ 0", false],
    ["scores", "by name: number or `null`", true],
  ]);
});
